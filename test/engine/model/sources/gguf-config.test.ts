import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Gguf, GgufValue } from '../../../../electron/engine/formats/gguf.ts'
import { configFromGguf } from '../../../../electron/engine/model/sources/gguf-config.ts'

const llama: Record<string, GgufValue> = {
  'general.architecture': 'llama',
  'llama.context_length': 64,
  'llama.embedding_length': 32,
  'llama.block_count': 2,
  'llama.feed_forward_length': 48,
  'llama.attention.head_count': 4,
  'llama.attention.layer_norm_rms_epsilon': Math.fround(1e-5),
  'tokenizer.ggml.eos_token_id': 2,
}

/** An opened file with this metadata and an embedding of 67 tokens. */
function gguf(metadata: Record<string, GgufValue | undefined>, ...tensors: string[]): Gguf {
  const present = Object.entries(metadata).filter(
    (entry): entry is [string, GgufValue] => entry[1] !== undefined,
  )
  const embedding = { type: 'F32', shape: [67, 32], file: 'm.gguf', position: 0 }
  return {
    path: 'm.gguf',
    metadata: new Map(present),
    tensors: new Map(['token_embd.weight', ...tensors].map((name) => [name, embedding])),
    readTensor: () => new Float32Array(),
  }
}

function refuses(change: Record<string, GgufValue | undefined>, ...words: string[]): void {
  const read = () => configFromGguf(gguf({ ...llama, ...change }))
  assert.throws(read, (error) => {
    assert(error instanceof Error && error.name === 'UserError', String(error))
    for (const word of ['m.gguf', ...words]) assert(error.message.includes(word), error.message)
    return true
  })
}

test('missing metadata follows from the rest and from the tensors', () => {
  const config = configFromGguf(gguf(llama))
  assert.deepEqual([config.vocabSize, config.numKvHeads, config.headDim], [67, 4, 8])
  assert.deepEqual([config.ropeTheta, config.tiedEmbeddings, config.attentionBias], [10_000, true, false])
  assert.deepEqual([config.bosId, config.eosIds, config.padId], [null, [2], null])
  const other = configFromGguf(gguf(llama, 'output.weight', 'blk.0.attn_q.bias', 'blk.0.attn_output.bias'))
  assert.deepEqual([other.tiedEmbeddings, other.attentionBias, other.attentionOutBias], [false, true, true])
})

test('float32 numbers are read as the decimals that were meant', () => {
  const theta = { 'llama.rope.freq_base': Math.fround(500_000.1) }
  const config = configFromGguf(gguf({ ...llama, ...theta }))
  assert.deepEqual([config.normEps, config.ropeTheta], [1e-5, 500_000.1])
})

test('a response ends at the end of the text or of the turn', () => {
  const config = configFromGguf(gguf({ ...llama, 'tokenizer.ggml.eot_token_id': 9 }))
  assert.deepEqual(config.eosIds, [2, 9])
  const same = configFromGguf(gguf({ ...llama, 'tokenizer.ggml.eot_token_id': 2 }))
  assert.deepEqual(same.eosIds, [2])
  const message = configFromGguf(gguf({ ...llama, 'tokenizer.ggml.eom_token_id': 8 }))
  assert.deepEqual(message.eosIds, [2, 8])
})

test('control tokens whose texts are known ends also end a response, unless they are named for something else', () => {
  const tokens = ['<|end_of_text|>', '<|eom_id|>', '<|eot_id|>', 'word', '<|endoftext|>', '<|im_end|>']
  const vocabulary = {
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': [3, 3, 3, 1, 3, 1],
    'tokenizer.ggml.padding_token_id': 4,
  }
  assert.deepEqual(configFromGguf(gguf({ ...llama, ...vocabulary })).eosIds, [2, 0, 1])
})

test('rotary divisors that are not one per pair are refused', () => {
  assert.throws(() => configFromGguf(gguf(llama, 'rope_freqs.weight')), /m\.gguf: rope_freqs\.weight/)
})

test('models that would be computed wrongly are refused with the key', () => {
  refuses({ 'general.architecture': 'gemma4' }, 'general.architecture', 'gemma4', 'llama, qwen2, gpt2, phi3')
  refuses({ 'general.architecture': undefined }, 'general.architecture', 'missing')
  refuses({ 'llama.block_count': undefined }, 'llama.block_count', 'missing')
  refuses({ 'llama.attention.head_count': [4, 8] }, 'llama.attention.head_count', 'array')
  refuses({ 'llama.attention.head_count_kv': 3 }, 'llama.attention.head_count_kv', '3 does not divide')
  refuses({ 'llama.expert_count': 8 }, 'llama.expert_count', '8')
  refuses({ 'llama.rope.scaling.type': 'longrope' }, 'llama.rope.scaling.type', 'longrope')
  refuses({ 'llama.rope.scaling.factor': 0 }, 'llama.rope.scaling.factor', '0')
  refuses({ 'llama.rope.scale_linear': 4 }, 'llama.rope.scale_linear', '4')
  refuses({ 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.yarn_ext_factor': 2 }, 'yarn_ext_factor')
  refuses({ 'llama.rope.dimension_count': 4 }, 'llama.rope.dimension_count', '4', '8')
  refuses({ 'tokenizer.ggml.eos_token_id': 67 }, 'tokenizer.ggml.eos_token_id', 'vocabulary of 67')
})

test('rotary scaling is read as llama.cpp means it', () => {
  const scalingOf = (keys: Record<string, GgufValue>) => {
    const named = Object.entries(keys).map(([key, value]) => [`llama.rope.scaling.${key}`, value])
    return configFromGguf(gguf({ ...llama, ...Object.fromEntries(named) })).ropeScaling
  }
  assert.equal(scalingOf({ type: 'none', factor: 4 }), null)
  assert.equal(scalingOf({ type: 'linear' }), null)
  assert.deepEqual(scalingOf({ type: 'linear', factor: 4 }), { type: 'linear', factor: 4 })
  assert.deepEqual(scalingOf({ factor: 4 }), { type: 'linear', factor: 4 })
  const yarn = {
    type: 'yarn',
    factor: 4,
    originalMaxPositions: 16,
    attentionFactor: null,
    betaFast: 32,
    betaSlow: 1,
    mscale: null,
    mscaleAllDim: null,
    truncate: true,
  }
  const inFile = { type: 'yarn', factor: 4, original_context_length: 16 }
  assert.deepEqual(scalingOf(inFile), yarn)
  const changed = scalingOf({ ...inFile, attn_factor: 0.5, yarn_beta_fast: 16, yarn_beta_slow: 2 })
  assert.deepEqual(changed, {
    ...yarn,
    attentionFactor: 0.5 * (1 + 0.1 * Math.log(4)),
    betaFast: 16,
    betaSlow: 2,
  })
})

test('what llama.cpp rotates otherwise is refused with the key', () => {
  const named = (architecture: string, change: Record<string, GgufValue>) => ({
    ...Object.fromEntries(
      Object.entries(llama).map(([key, value]) => [key.replace(/^llama\./, `${architecture}.`), value]),
    ),
    'general.architecture': architecture,
    ...change,
  })
  const refusesOf = (architecture: string, change: Record<string, GgufValue>, message: RegExp) =>
    assert.throws(() => configFromGguf(gguf(named(architecture, change))), message)
  refusesOf('granite', { 'granite.rope.scaling.finetuned': false }, /granite\.rope\.scaling\.finetuned/)
  refusesOf('granite', { 'granite.attention.scale': -1 }, /granite\.attention\.scale/)
  refusesOf('phi3', { 'phi3.rope.dimension_count': 9 }, /phi3\.rope\.dimension_count" is 9, not 1 to 8/)
  refusesOf('phi3', { 'phi3.attention.sliding_window': -2 }, /phi3\.attention\.sliding_window/)
  const { partialRotary } = configFromGguf(gguf(named('phi3', { 'phi3.rope.dimension_count': 6 })))
  assert.equal(partialRotary, 0.75)
  const half = gguf(named('phi3', {}), 'rope_factors_long.weight')
  assert.throws(() => configFromGguf(half), /m\.gguf lacks rope_factors_short\.weight/)
})
