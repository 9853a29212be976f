import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  configFromHuggingFace,
  toHuggingFace,
} from '../../../../electron/engine/model/sources/huggingface-config.ts'
import { goldenModelNames } from '../golden-model-names.ts'

const golden = path.resolve(import.meta.dirname, '../../../golden')

function goldenJson(model: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(golden, model, 'config.json'), 'utf8'))
}

function refuses(json: unknown, ...words: string[]): void {
  assert.throws(
    () => configFromHuggingFace(json, 'm/config.json'),
    (error) => {
      assert(error instanceof Error && error.name === 'UserError', String(error))
      for (const word of ['m/config.json', ...words]) assert(error.message.includes(word), error.message)
      return true
    },
  )
}

test('the older and the newer form of config.json give the same config', () => {
  const old = configFromHuggingFace(goldenJson('llama-tied'), 'config.json')
  assert.equal(old.ropeTheta, 10_000)
  assert.equal(old.headDim, 8)
  const { rope_theta, ...rest } = goldenJson('llama-tied')
  assert.equal(rope_theta, 10_000)
  const renewed = { ...rest, rope_parameters: { rope_type: 'default', rope_theta } }
  assert.deepEqual(configFromHuggingFace(renewed, 'config.json'), old)
  const newer = configFromHuggingFace(goldenJson('llama-untied'), 'config.json')
  assert.deepEqual([newer.ropeTheta, newer.headDim, newer.tiedEmbeddings], [100_000, 12, false])
})

test('Llama 3 scaling is read from either form', () => {
  const { rope_theta, rope_scaling, ...rest } = goldenJson('llama3-rope')
  const expected = {
    type: 'llama3',
    factor: 8,
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPositions: 64,
  }
  const older = configFromHuggingFace({ ...rest, rope_theta, rope_scaling }, 'config.json')
  assert.deepEqual(older.ropeScaling, expected)
  const newer = { ...rest, rope_parameters: { rope_theta, ...(rope_scaling as object) } }
  assert.deepEqual(configFromHuggingFace(newer, 'config.json'), older)
})

test('a written config reads back as the same model', () => {
  for (const model of goldenModelNames) {
    const config = configFromHuggingFace(goldenJson(model), 'config.json')
    const written = JSON.parse(JSON.stringify(toHuggingFace(config)))
    assert.deepEqual(configFromHuggingFace(written, 'config.json'), config, model)
  }
  const several = {
    ...configFromHuggingFace(goldenJson('qwen2'), 'config.json'),
    eosIds: [5, 2],
    bosId: null,
  }
  assert.deepEqual(configFromHuggingFace(toHuggingFace(several), 'config.json'), several)
})

test('missing keys have the defaults of transformers', () => {
  const sizes = {
    vocab_size: 60_000,
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
  }
  const llama = configFromHuggingFace(
    { model_type: 'llama', max_position_embeddings: 9, ...sizes },
    'config.json',
  )
  assert.deepEqual([llama.numKvHeads, llama.headDim, llama.normEps, llama.ropeTheta], [2, 4, 1e-6, 10_000])
  assert.deepEqual([llama.tiedEmbeddings, llama.bosId, llama.eosIds, llama.padId], [false, 1, [2], null])
  const json = { model_type: 'gpt2', vocab_size: 60_000, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 9 }
  const gpt2 = configFromHuggingFace({ ...json, eos_token_id: null }, 'config.json')
  assert.deepEqual(
    [gpt2.intermediateSize, gpt2.tiedEmbeddings, gpt2.bosId, gpt2.eosIds],
    [32, true, 50_256, []],
  )
})

test('models that would be computed wrongly are refused with the key', () => {
  const llama = goldenJson('llama-tied')
  refuses([], 'JSON object')
  refuses({ ...llama, model_type: 'mamba' }, 'model_type', 'mamba', 'llama, qwen2, gpt2')
  refuses({ ...llama, model_type: undefined }, 'model_type', 'missing')
  refuses({ ...llama, num_hidden_layers: undefined }, 'num_hidden_layers', 'missing')
  refuses({ ...llama, num_attention_heads: '4' }, 'num_attention_heads', 'string')
  refuses({ ...llama, num_key_value_heads: 3 }, 'num_key_value_heads', '3 does not divide the 4 heads')
  refuses({ ...llama, num_hidden_layers: 2 ** 31 }, 'num_hidden_layers', '1000')
  refuses({ ...llama, hidden_size: 1.5 }, 'hidden_size')
  refuses({ ...llama, hidden_act: 'relu' }, 'hidden_act')
  refuses({ ...llama, hidden_act: 'constructor' }, 'hidden_act')
  refuses({ ...llama, hidden_act: 'gelu_new' }, 'hidden_act', 'silu')
  refuses({ ...llama, eos_token_id: 67 }, 'eos_token_id', 'vocabulary of 67')
  refuses({ ...llama, eos_token_id: [2, 'x'] }, 'eos_token_id.1')
  refuses({ ...llama, quantization_config: { bits: 4 } }, 'quantization_config', 'bits')
  refuses({ ...llama, partial_rotary_factor: 0.5 }, 'partial_rotary_factor', '0.5')
  refuses({ ...llama, layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types', 'sliding')
  refuses(
    { ...goldenJson('qwen2'), layer_types: ['full_attention', 'sliding_attention'] },
    'sliding_window',
    'local layers',
  )
  refuses({ ...goldenJson('gpt2'), scale_attn_by_inverse_layer_idx: true }, 'scale_attn_by_inverse_layer_idx')
  refuses({ ...goldenJson('gpt2'), n_head: 5 }, 'n_embd', '32 is not a multiple of 5 heads')
})

test('rotations that would be computed wrongly are refused with the key', () => {
  const llama = goldenJson('llama-tied')
  const refusesScaling = (rope_scaling: unknown, ...words: string[]) =>
    refuses({ ...llama, rope_scaling }, 'rope_scaling', ...words)
  refusesScaling('llama3')
  refusesScaling({ rope_type: 'llama3', factor: 2 }, 'rope_scaling.low_freq_factor')
  refusesScaling({ type: 'linear' }, 'rope_scaling.factor')
  refusesScaling({ type: 'linear', factor: '2' }, 'rope_scaling.factor', 'string')
  refusesScaling({ type: 'dynamic', factor: 0 }, 'rope_scaling.factor')
  refusesScaling({ rope_type: 'yarn' }, 'rope_scaling.factor')
  refusesScaling({ rope_type: 'longrope', short_factor: [1, 1] }, 'rope_scaling.long_factor')
  const four = [1, 1, 1, 1]
  refusesScaling({ rope_type: 'longrope', short_factor: four, long_factor: [1] }, '1 long factors', '4 pairs')
  for (const type of ['mrope', 'proportional', 'axial', 'constructor', 3])
    refusesScaling({ type }, 'rope_scaling.rope_type', JSON.stringify(type), 'longrope')
  const linear = { type: 'linear', factor: 2 }
  refusesScaling({ ...linear, mrope_section: [1, 2, 1] }, 'rope_scaling.mrope_section', '[1,2,1]')
  refusesScaling({ ...linear, partial_rotary_factor: 0.5 }, 'rope_scaling.partial_rotary_factor', '0.5')
  const perLayer = { full_attention: { rope_type: 'default' } }
  refuses({ ...llama, rope_parameters: perLayer }, 'rope_parameters.full_attention')
})

test('what a family does not compute is refused with the key', () => {
  const phi3 = goldenJson('phi3')
  refuses({ ...phi3, attention_bias: true }, 'attention_bias', 'true')
  refuses({ ...phi3, hidden_act: 'gelu' }, 'hidden_act', 'silu')
  refuses({ ...phi3, partial_rotary_factor: 1.5 }, 'partial_rotary_factor')
  refuses({ ...phi3, partial_rotary_factor: 1 }, 'rope_scaling', '3 short factors for 4 pairs')
  refuses({ ...phi3, sliding_window: -1 }, 'sliding_window')
  refuses({ ...phi3, rope_scaling: { type: 'linear', factor: 2 } }, 'rope_type', 'linear', 'longrope')
  const granite = goldenJson('granite')
  refuses({ ...granite, attention_multiplier: 0 }, 'attention_multiplier')
  refuses({ ...granite, embedding_multiplier: '12' }, 'embedding_multiplier', 'string')
  refuses({ ...granite, logits_scaling: -1 }, 'logits_scaling')
  const neox = goldenJson('gpt-neox')
  refuses({ ...neox, hidden_act: 'relu' }, 'hidden_act')
  refuses({ ...neox, num_attention_heads: 5 }, 'hidden_size', '32 is not a multiple of 5 heads')
  refuses({ ...neox, use_parallel_residual: 'yes' }, 'use_parallel_residual')
  const { attention_layers: _, ...neo } = goldenJson('gpt-neo')
  refuses({ ...neo, attention_types: [[['global', 'chunked'], 1]] }, 'attention_types', 'chunked', '2 layers')
  refuses({ ...neo, attention_types: [[['global'], 3]] }, 'attention_types', '2 layers')
  refuses({ ...neo, attention_types: [[['global'], 10 ** 12]] }, 'attention_types')
  refuses({ ...neo, attention_layers: ['local'] }, 'attention_layers', '2 layers')
  refuses({ ...neo, window_size: 0 }, 'window_size')
})

test('the layers of GPT-Neo that see a window are those that its configuration names', () => {
  const { attention_types: _, attention_layers: __, ...neo } = goldenJson('gpt-neo')
  const read = (change: Record<string, unknown>) => {
    const { slidingWindow, localLayers } = configFromHuggingFace({ ...neo, ...change }, 'config.json')
    return [slidingWindow, localLayers]
  }
  assert.deepEqual(read({ attention_types: [[['global', 'local'], 1]] }), [4, [1]])
  assert.deepEqual(read({ attention_layers: ['local', 'global'], attention_types: null }), [4, [0]])
  const global = [[['global'], 2]]
  assert.deepEqual(read({ attention_types: global, window_size: 256 }), [null, []])
  const usual = { num_layers: 24, window_size: undefined }
  assert.deepEqual(read(usual), [256, Array.from({ length: 12 }, (_, i) => 2 * i + 1)])
})
