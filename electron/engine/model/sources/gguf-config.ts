/** The model that a GGUF file's metadata and tensors describe. */
import { UserError } from '../../../contract/errors.ts'
import type { Gguf } from '../../formats/gguf.ts'
import { checkConfig, familyOfArchitecture, type ModelConfig } from '../config.ts'
import { families } from '../families/index.ts'

const architectureKey = 'general.architecture'

/**
 * Some of the configuration follows from which tensors are there: a separate output matrix, biases.
 * @throws UserError that names the file and its key
 */
export function configFromGguf(file: Gguf): ModelConfig {
  refuseParts(file)
  const name = file.metadata.get(architectureKey)
  const { family, architecture } = familyOfArchitecture('gguf', name, file.path, architectureKey)
  const { read, complete } = families[family].gguf
  const { values, keys } = read({ file, architecture })
  const config = checkConfig({ family, ...values }, file.path, keys)
  return checkConfig({ ...config, ...complete(config, { file, architecture }) }, file.path, keys)
}

/** llama.cpp splits large models into files whose names end in `-00001-of-00003.gguf`. */
function refuseParts({ metadata, path }: Gguf): void {
  const count = metadata.get('split.count')
  if (typeof count !== 'number' || count <= 1) return
  const part = Number(metadata.get('split.no') ?? 0) + 1
  const first = path.replace(/-\d{5}-of-(\d{5})\.gguf$/, '-00001-of-$1.gguf')
  const message =
    `${path} is part ${part} of ${count} of a model. Join the parts with llama.cpp, and use the result: ` +
    `llama-gguf-split --merge ${first} model.gguf`
  throw new UserError('bad_input', message)
}
