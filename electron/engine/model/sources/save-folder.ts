/**
 * Writes a model's files as a Hugging Face folder, without the tensor library and with one tensor in memory at a time:
 * in a number format, in shards if it is large, and with the class, head and padding by which transformers and the
 * tools built on it read a reward model.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../formats/atomic.ts'
import {
  type FloatDtype,
  type TensorToWrite,
  tensorBytes,
  writeSafetensors,
} from '../../formats/safetensors.ts'
import { openTokenizer, saveTokenizer, type Tokenizer } from '../../tokenizer/index.ts'
import { type ModelConfig, parametersOf, scoreHead } from '../config.ts'
import { families } from '../families/index.ts'
import { type ClassificationKind, headName } from './classification.ts'
import { configText, toHuggingFace } from './huggingface-config.ts'
import type { ModelSource } from './model-source.ts'

export interface FolderOptions {
  dtype: FloatDtype
  /** A file of weights gets larger only if it holds a single tensor. */
  maxShardBytes: number
  /** How the score head is read; null writes a language model, without it. */
  classification: ClassificationKind | null
  /** Whether a response's score is read at its end token, which then must not count as padding. */
  scoresEnd: boolean
}

export interface PaddingToken {
  id: number
  content: string
}

/**
 * @param folder exists
 * @returns the token that texts are padded with so that their end is scored; null if that is not asked, or none will do
 * @throws UserError `bad_input` for a value that the dtype cannot hold, `out_of_space`
 */
export async function saveFolder(
  source: ModelSource,
  folder: string,
  { dtype, maxShardBytes, classification, scoresEnd }: FolderOptions,
): Promise<PaddingToken | null> {
  mkdirSync(folder, { recursive: true })
  const tokenizer = openTokenizer(source.tokenizerSource)
  const padding = scoresEnd ? paddingOf(tokenizer) : null
  const config = scoresEnd ? { ...source.config, padId: padding?.id ?? null } : source.config
  const json = toHuggingFace(config, classification, dtype)
  await writeFileAtomic(path.join(folder, 'config.json'), [configText(json)])
  if (classification === null) await writeJson(path.join(folder, generationFile), generationConfig(source))
  await writeWeights(tensorsOf(source, dtype, classification), folder, maxShardBytes)
  await saveTokenizer(padding ? paddedWith(tokenizer, padding) : tokenizer, folder)
  return padding
}

const generationFile = 'generation_config.json'

/** The source's own settings, if it has any, with the end tokens as they were read. */
function generationConfig({ kind, path: source, config }: ModelSource): object {
  const file = path.join(source, generationFile)
  const own: unknown =
    kind === 'huggingface' && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const { bosId, eosIds, padId } = config
  return {
    ...Object(own),
    bos_token_id: bosId,
    eos_token_id: eosIds.length === 1 ? eosIds[0] : eosIds,
    pad_token_id: padId,
  }
}

/** A language model has its output matrix, a reward model its head. */
function tensorsOf(
  { config, parameters }: ModelSource,
  dtype: FloatDtype,
  classification: ClassificationKind | null,
): TensorToWrite[] {
  const { outputMatrix } = families[config.family]
  const names = parametersOf(config)
    .map(({ name }) => name)
    .filter((name) => classification === null || name !== outputMatrix)
  const tensors = names.map((name) => ({
    name,
    shape: parameters.shapes.get(name)!,
    dtype,
    data: () => parameters.read(name),
  }))
  return classification
    ? [...tensors, ...headTensors(config, dtype, classification, parameters.read)]
    : tensors
}

/** transformers gives the head `classifier` a bias, and `score` one unless its configuration says otherwise. */
function headTensors(
  config: ModelConfig,
  dtype: FloatDtype,
  classification: ClassificationKind,
  read: (name: string) => Float32Array,
): TensorToWrite[] {
  const name = headName(config, classification)
  const weight = { name, shape: [1, config.hiddenSize], dtype, data: () => read(scoreHead) }
  if (name === scoreHead) return [weight]
  const bias = name.replace(/weight$/, 'bias')
  return [weight, { name: bias, shape: [1], dtype, data: () => new Float32Array(1) }]
}

/** One file, or files with an index that says which holds a tensor. */
async function writeWeights(
  tensors: readonly TensorToWrite[],
  folder: string,
  maxBytes: number,
): Promise<void> {
  const shards = shardsOf(tensors, maxBytes)
  const count = String(shards.length).padStart(5, '0')
  const nameOf = (shard: number) =>
    shards.length === 1
      ? 'model.safetensors'
      : `model-${String(shard + 1).padStart(5, '0')}-of-${count}.safetensors`
  for (const [i, shard] of shards.entries())
    await writeSafetensors(path.join(folder, nameOf(i)), shard, { format: 'pt' })
  if (shards.length === 1) return
  const holders = shards.flatMap((shard, i) => shard.map(({ name }) => [name, nameOf(i)] as const))
  await writeJson(path.join(folder, 'model.safetensors.index.json'), {
    metadata: { total_size: tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0) },
    weight_map: Object.fromEntries(holders),
  })
}

/** In the order of the computation, each shard as full as it gets. */
export function shardsOf(tensors: readonly TensorToWrite[], maxBytes: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [[]]
  let bytes = 0
  for (const tensor of tensors) {
    const size = tensorBytes(tensor)
    if (bytes > 0 && bytes + size > maxBytes) {
      shards.push([])
      bytes = 0
    }
    shards.at(-1)!.push(tensor)
    bytes += size
  }
  return shards
}

/**
 * transformers reads the score of a text at its last token that is not padding. So the padding must be another token
 * than the end of a response: the tokenizer's own, or a special token that ends no text.
 */
function paddingOf({ padId, eosId, bosId, files }: Tokenizer): PaddingToken | null {
  const added = Array.isArray(files.definition.added_tokens) ? files.definition.added_tokens : []
  const tokens = (added as { id: number; content: string; special?: boolean }[]).filter(
    ({ id }) => id !== eosId,
  )
  const special = tokens.filter(({ special: isSpecial }) => isSpecial === true)
  const chosen =
    tokens.find(({ id }) => id === padId) ??
    special.find(({ content }) => /pad/i.test(content)) ??
    special.find(({ content }) => /unused|reserved|unk/i.test(content)) ??
    special.find(({ id }) => id === bosId)
  return chosen ? { id: chosen.id, content: chosen.content } : null
}

function paddedWith(tokenizer: Tokenizer, { content }: PaddingToken): Tokenizer {
  const { files } = tokenizer
  const padded = { ...files, config: { ...files.config, pad_token: content } }
  // A copy would lose what the tokenizer inherits.
  return Object.create(tokenizer, { files: { value: padded, enumerable: true } })
}

async function writeJson(file: string, content: object): Promise<void> {
  await writeFileAtomic(file, [`${JSON.stringify(content, null, 2)}\n`])
}
