/** The files of the families that came after Llama: config.json in its forms, and GGUF as llama.cpp's converter writes it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { openGguf } from '../../../../electron/engine/formats/gguf.ts'
import { parametersOf } from '../../../../electron/engine/model/config.ts'
import { families } from '../../../../electron/engine/model/families/index.ts'
import { ggufParameter, toGgufLayout } from '../../../../electron/engine/model/sources/gguf-parameters.ts'
import {
  configFromHuggingFace,
  toHuggingFace,
} from '../../../../electron/engine/model/sources/huggingface-config.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'

const golden = path.resolve(import.meta.dirname, '../../../golden')

function goldenJson(model: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(golden, model, 'config.json'), 'utf8'))
}

const configOf = (json: unknown) => configFromHuggingFace(json, 'm/config.json')

function refuses(json: unknown, ...words: string[]): void {
  assert.throws(
    () => configOf(json),
    (error) => {
      assert(error instanceof Error && error.name === 'UserError', String(error))
      for (const word of ['m/config.json', ...words]) assert(error.message.includes(word), error.message)
      return true
    },
  )
}

describe('Gemma 3', () => {
  const newer = goldenJson('gemma3')

  test('local and global layers have their own rotary base, in both forms of config.json', () => {
    const config = configOf(newer)
    assert.deepEqual([config.localLayers, config.slidingWindow], [[0, 1], 4])
    assert.deepEqual([config.ropeTheta, config.localRopeTheta, config.ropeScaling], [1000, 20, null])
    assert.deepEqual([config.attentionScale, config.logitSoftcap], [20 ** -0.5, 6])
    const { rope_parameters: _, layer_types: __, ...rest } = newer
    const older = { ...rest, rope_theta: 1000, rope_local_base_freq: 20, sliding_window_pattern: 3 }
    assert.deepEqual(configOf(older), config)
  })

  test('a scaling is that of the global layers', () => {
    const rope_parameters = {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1000 },
      sliding_attention: { rope_type: 'default', rope_theta: 20 },
    }
    const config = configOf({ ...newer, rope_parameters })
    assert.deepEqual(config.ropeScaling, { type: 'linear', factor: 8 })
    const { rope_parameters: _, ...rest } = newer
    const older = {
      rope_theta: 1000,
      rope_local_base_freq: 20,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    }
    assert.deepEqual(configOf({ ...rest, ...older }), config)
    assert.deepEqual(configOf(toHuggingFace(config)), config)
  })

  test('the scalar of the queries comes back exactly, and the usual one needs none', () => {
    for (const scalar of [256, 168, 20, 1.5, 12]) {
      const config = configOf({ ...newer, query_pre_attn_scalar: scalar })
      assert.equal(toHuggingFace(config).query_pre_attn_scalar, scalar)
      assert.equal(config.attentionScale === null, scalar === 12)
    }
  })

  test('what would be computed wrongly is refused with the key', () => {
    refuses({ ...newer, use_bidirectional_attention: true }, 'use_bidirectional_attention')
    refuses({ ...newer, hidden_activation: 'silu' }, 'hidden_activation', 'gelu_tanh')
    refuses({ ...newer, sliding_window: null }, 'sliding_window')
    refuses({ ...newer, query_pre_attn_scalar: 'x' }, 'query_pre_attn_scalar')
    refuses({ ...newer, layer_types: ['full_attention'] }, 'layer_types', '3 layers')
    refuses(
      { ...newer, layer_types: ['full_attention', 'chunked', 'full_attention'] },
      'layer_types',
      'chunked',
    )
    const local = { rope_type: 'linear', factor: 2, rope_theta: 20 }
    const rope_parameters = { full_attention: { rope_type: 'default' }, sliding_attention: local }
    refuses({ ...newer, rope_parameters }, 'rope_parameters.sliding_attention.rope_type', 'linear')
  })
})

test('the windows of Qwen2, Qwen3 and Mistral are those of transformers', () => {
  for (const model of ['qwen2', 'qwen3']) {
    const json = { ...goldenJson(model), layer_types: undefined, sliding_window: 6 }
    assert.deepEqual(configOf({ ...json, use_sliding_window: false }).localLayers, [])
    const windowed = configOf({ ...json, use_sliding_window: true, max_window_layers: 1 })
    assert.deepEqual([windowed.slidingWindow, windowed.localLayers], [6, [1]])
    assert.deepEqual(configOf(toHuggingFace(windowed)), windowed)
    assert.deepEqual(configOf({ ...json, use_sliding_window: true }).localLayers, [], 'above layer 28')
  }
  const mistral = goldenJson('mistral')
  assert.deepEqual(configOf({ ...mistral, sliding_window: null }).localLayers, [])
  assert.equal(configOf({ ...mistral, sliding_window: undefined }).slidingWindow, 4096)
  refuses({ ...mistral, layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types')
})

test('SmolLM3 marks layers that are rotated, and by default leaves out every fourth', () => {
  const json = goldenJson('smollm3')
  assert.deepEqual(configOf(json).unrotatedLayers, [1])
  assert.deepEqual(configOf({ ...json, no_rope_layers: [0, 1, 0] }).unrotatedLayers, [0, 2])
  const eight = configOf({ ...json, num_hidden_layers: 8, no_rope_layer_interval: undefined })
  assert.deepEqual(eight.unrotatedLayers, [3, 7])
  refuses({ ...json, no_rope_layers: [0] }, 'no_rope_layers')
})

describe('GGUF', () => {
  const layouts = path.join(golden, 'gguf-layouts')
  const { parameters: expected } = JSON.parse(readFileSync(path.join(layouts, 'families.json'), 'utf8')) as {
    parameters: Record<string, Record<string, number[]>>
  }

  for (const name of Object.keys(expected))
    test(`${name}: every value is where transformers has it, and is written back to where it was`, () => {
      const file = path.join(layouts, `${name}.gguf`)
      const { config, parameters } = openModelSource(file)
      assert.deepEqual([...parameters.shapes.keys()].sort(), Object.keys(expected[name]!).sort())
      for (const [parameter, values] of Object.entries(expected[name]!))
        assert.deepEqual(parameters.read(parameter), Float32Array.from(values), parameter)

      const gguf = openGguf(file)
      const { gguf: form, ...family } = families[config.family]
      const description = form.write(config)
      assert.equal(description.architecture, gguf.metadata.get('general.architecture'))
      for (const [key, value] of gguf.metadata)
        if (key.startsWith(`${description.architecture}.`))
          assert.equal(Math.fround(Number(description.metadata[key]?.value)), value, key)
      for (const parameter of parametersOf(config)) {
        const stored = ggufParameter({ ...family, gguf: form }, parameter, description.architecture)
        const written = toGgufLayout(parameters.read(parameter.name), stored, config)
        assert.deepEqual(written, gguf.readTensor(stored.name), stored.name)
      }
    })

  test("Gemma 3's metadata becomes its settings", () => {
    const { config } = openModelSource(path.join(layouts, 'gemma3.gguf'))
    assert.deepEqual([config.family, config.slidingWindow, config.localLayers], ['gemma3', 3, [0, 2]])
    assert.deepEqual([config.ropeTheta, config.localRopeTheta, config.logitSoftcap], [1000, 20, 30])
  })

  test('SmolLM3 has no positions in every fourth layer', () => {
    assert.deepEqual(openModelSource(path.join(layouts, 'smollm3.gguf')).config.unrotatedLayers, [3])
  })

  test('what llama.cpp cannot say is not written', () => {
    for (const [name, words] of Object.entries({
      mistral: /sliding window/,
      smollm3: /every fourth/,
      gemma3: /another scale/,
    }))
      assert.throws(() => {
        const config = configOf(goldenJson(name))
        return families[config.family].gguf.write(config)
      }, words)
  })
})
