/** What several families keep alike in a GGUF file's metadata: read and written. */
import { UserError } from '../../../contract/errors.ts'
import type { GgufEntries } from '../../formats/gguf-writer.ts'
import type { KeyNames, TransformerConfig } from '../transformer-config.ts'
import type { GgufForm, GgufModel, Json } from './family.ts'

/** @param normEps the architecture's key for it, without the prefix */
export function ggufKeys(architecture: string, normEps: string) {
  return {
    vocabSize: `${architecture}.vocab_size`,
    hiddenSize: `${architecture}.embedding_length`,
    intermediateSize: `${architecture}.feed_forward_length`,
    numLayers: `${architecture}.block_count`,
    numHeads: `${architecture}.attention.head_count`,
    numKvHeads: `${architecture}.attention.head_count_kv`,
    headDim: `${architecture}.attention.key_length`,
    maxPositions: `${architecture}.context_length`,
    normEps: `${architecture}.${normEps}`,
    ropeTheta: `${architecture}.rope.freq_base`,
    ropeScaling: `${architecture}.rope.scaling.type`,
    bosId: 'tokenizer.ggml.bos_token_id',
    eosIds: 'tokenizer.ggml.eos_token_id',
    padId: 'tokenizer.ggml.padding_token_id',
  } as const satisfies KeyNames
}

/** The settings that every architecture keeps in the same way. */
export function ggufSettings({ file: { metadata, tensors } }: GgufModel, keys: ReturnType<typeof ggufKeys>) {
  const get = (key: keyof typeof keys) => metadata.get(keys[key])
  return {
    vocabSize: get('vocabSize') ?? tensors.get('token_embd.weight')?.shape[0],
    hiddenSize: get('hiddenSize'),
    intermediateSize: get('intermediateSize'),
    numLayers: get('numLayers'),
    numHeads: get('numHeads'),
    numKvHeads: get('numKvHeads') ?? get('numHeads'),
    headDim: get('headDim') ?? Math.floor(Number(get('hiddenSize')) / Number(get('numHeads'))),
    maxPositions: get('maxPositions'),
    normEps: shortest(get('normEps')),
    ropeTheta: shortest(get('ropeTheta') ?? 10_000),
    tiedEmbeddings: !tensors.has('output.weight'),
    bosId: get('bosId') ?? null,
    eosIds: eosIds(metadata),
    padId: get('padId') ?? null,
  }
}

/**
 * The metadata that `ggufSettings` reads, without the tokenizer's ids.
 * @param normEps as for `ggufKeys`
 */
export function ggufEntries(architecture: string, normEps: string, config: TransformerConfig): GgufEntries {
  const keys = ggufKeys(architecture, normEps)
  const count = (value: number) => ({ type: 'uint32', value }) as const
  const real = (value: number) => ({ type: 'float32', value }) as const
  return {
    [keys.vocabSize]: count(config.vocabSize),
    [keys.maxPositions]: count(config.maxPositions),
    [keys.hiddenSize]: count(config.hiddenSize),
    [keys.numLayers]: count(config.numLayers),
    [keys.intermediateSize]: count(config.intermediateSize),
    [keys.numHeads]: count(config.numHeads),
    [keys.numKvHeads]: count(config.numKvHeads),
    [keys.headDim]: count(config.headDim),
    [`${architecture}.attention.value_length`]: count(config.headDim),
    [keys.normEps]: real(config.normEps),
  }
}

/** Keys that change what is computed, with the value that leaves it alone. */
export function requiredGgufValues(architecture: string, { headDim }: TransformerConfig): Json {
  return {
    [`${architecture}.expert_count`]: 0,
    [`${architecture}.attention.value_length`]: headDim,
    [`${architecture}.attention.sliding_window`]: 0,
  }
}

/** Texts of control tokens that end a response, unless the file names them for something else (llama.cpp's list). */
const endTexts: ReadonlySet<unknown> = new Set([
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '<|eom_id|>',
  '<EOT>',
  '<|end_of_text|>',
  '<end_of_utterance>',
])
const controlType = 3

/** The end of a text, of a turn and of a message, by the file's keys and by the texts of its control tokens. */
function eosIds(metadata: ReadonlyMap<string, unknown>): unknown[] {
  const get = (key: string) => metadata.get(`tokenizer.ggml.${key}`)
  const named = ['eos', 'eot', 'eom'].map((name) => get(`${name}_token_id`))
  const others = ['bos', 'padding', 'unknown'].map((name) => get(`${name}_token_id`))
  const [tokens, types] = [get('tokens'), get('token_type')]
  const isEnd = (text: unknown, id: number) =>
    Array.isArray(types) && types[id] === controlType && endTexts.has(text) && !others.includes(id)
  const known = Array.isArray(tokens) ? tokens.flatMap((text, id) => (isEnd(text, id) ? [id] : [])) : []
  return [...new Set([...named, ...known].filter((id) => id !== undefined))]
}

/** GGUF keeps 1e-5 as a float32: the shortest decimal that is the same float32. Other values stay. */
export function shortest<Value>(value: Value): Value | number {
  if (typeof value !== 'number') return value
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find((n) => Math.fround(Number(value.toPrecision(n))) === value)
  return digits ? Number(value.toPrecision(digits)) : value
}

/** Of a family that llama.cpp does not have. */
export function noGgufForm(title: string): GgufForm {
  const refuse = (): never => {
    throw new UserError(
      'bad_input',
      `llama.cpp does not have ${title}, so there is no GGUF file of such a model.`,
    )
  }
  return {
    architectures: [],
    interleavedArchitectures: [],
    otherTensors: [],
    read: refuse,
    complete: refuse,
    write: refuse,
  }
}
