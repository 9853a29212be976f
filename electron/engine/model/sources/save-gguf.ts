/**
 * Writes a model as a GGUF file, from its files on disk and without the tensor library: one parameter in memory at a
 * time, the whole file or none. Names, row order and metadata are those of llama.cpp's convert_hf_to_gguf.py.
 */
import { UserError } from '../../../contract/errors.ts'
import { type GgufEntries, type GgufTensorToWrite, writeGguf } from '../../formats/gguf-writer.ts'
import { numberFormats } from '../../formats/number-formats.ts'
import { tokenizerToGguf } from '../../tokenizer/gguf-export.ts'
import { openTokenizer } from '../../tokenizer/index.ts'
import { parametersOf, scoreHead } from '../config.ts'
import type { Parameter } from '../families/family.ts'
import { families } from '../families/index.ts'
import { type GgufParameter, ggufParameter, toGgufLayout } from './gguf-parameters.ts'
import type { ModelSource } from './model-source.ts'

/** The types of file that can be written, with llama.cpp's number for `general.file_type`. */
export const ggufFileTypes = { F16: 1, BF16: 32, Q8_0: 7 } as const

export type GgufFileType = keyof typeof ggufFileTypes

/** Of the scales of Q8_0 (`GGML_QUANT_VERSION`). */
const quantizationVersion = 2

/**
 * @param options.name of the model, for the metadata
 * @throws UserError if GGUF has no way to say what the model computes or how its tokenizer works, `out_of_space` when
 * the disk is full
 */
export async function saveGguf(
  source: ModelSource,
  file: string,
  { name, type }: { name: string; type: GgufFileType },
): Promise<void> {
  const { config, parameters } = source
  refuseScoreHead(source)
  const family = families[config.family]
  const description = family.gguf.write(config)
  const tokenizer = openTokenizer(source.tokenizerSource)
  const metadata: GgufEntries = {
    'general.architecture': { type: 'string', value: description.architecture },
    'general.type': { type: 'string', value: 'model' },
    'general.name': { type: 'string', value: name },
    'general.file_type': { type: 'uint32', value: ggufFileTypes[type] },
    'general.quantization_version': { type: 'uint32', value: quantizationVersion },
    ...description.metadata,
    ...tokenizerToGguf(tokenizer, config),
  }
  const tensors = parametersOf(config).map((parameter): GgufTensorToWrite => {
    const stored = ggufParameter(family, parameter, description.architecture)
    const { name: tensorName, shape } = stored
    const data = () => toGgufLayout(parameters.read(parameter.name), stored, config)
    return { name: tensorName, shape, type: tensorType(parameter, stored, type), data }
  })
  await writeGguf(file, metadata, [...description.tensors, ...tensors])
}

function refuseScoreHead({ parameters, path }: ModelSource): void {
  if (!parameters.shapes.has(scoreHead)) return
  const message = `${path} is a reward model: its score head has no place in a GGUF file. Export it as a Hugging Face folder.`
  throw new UserError('bad_input', message)
}

/** Vectors and tables of positions stay F32; rows that are not whole blocks become F16. */
function tensorType(
  { role }: Parameter,
  { shape }: GgufParameter,
  type: GgufFileType,
): GgufTensorToWrite['type'] {
  if (shape.length < 2 || role === 'positions') return 'F32'
  return shape.at(-1)! % numberFormats[type].blockSize === 0 ? type : 'F16'
}
