/** Attention that copies from the start, against what its source asks of the products of its matrices. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createModel, disposeModel } from '../../../electron/engine/model/model.ts'
import { presetConfig, presetStarts } from '../../../electron/engine/model/presets.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'

before(() => openRuntime({ eager: true }))

const config = presetConfig('world', { vocabSize: 11, bosId: null, eosId: 2, padId: 0 })
const size = config.hiddenSize

/** Values of the parameters of a new model. */
function valuesOf(start: Parameters<typeof createModel>[2]): Map<string, Float32Array> {
  const model = createModel(config, 1, start)
  const values = [...model.parameters].map(([name, parameter]): [string, Float32Array] => [
    name,
    parameter.data(),
  ])
  disposeModel(model)
  return new Map(values)
}

const start = { likeness: 0.8, gain: 3, embedding: 0.5 }
const random = valuesOf(null)
const mimetic = valuesOf(start)
const inLayer = (layer: number, letter: string) => `model.layers.${layer}.self_attn.${letter}_proj.weight`

test('the output projection of the values is a multiple of the identity in every layer', () => {
  for (let layer = 0; layer < config.numLayers; layer++) {
    const [v, o] = [mimetic.get(inLayer(layer, 'v'))!, mimetic.get(inLayer(layer, 'o'))!]
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let product = 0
        for (let c = 0; c < size; c++) product += o[i * size + c]! * v[c * size + j]!
        assert(Math.abs(product - (i === j ? start.gain : 0)) < 1e-4, `${layer}, ${i}, ${j}: ${product}`)
      }
  }
})

test('keys resemble queries by the correlation asked for, and have their deviation', () => {
  const [q, k] = [mimetic.get(inLayer(1, 'q'))!, mimetic.get(inLayer(1, 'k'))!]
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  const correlation = dot(q, k) / Math.sqrt(dot(q, q) * dot(k, k))
  assert(Math.abs(correlation - start.likeness) < 0.02, `${correlation}`)
  assert(Math.abs(Math.sqrt(dot(k, k)) / size - 1 / Math.sqrt(size)) < 0.005)
})

test('embeddings have the deviation asked for', () => {
  const values = mimetic.get('model.embed_tokens.weight')!
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
  assert(Math.abs(deviation - start.embedding) < 0.05, `${deviation}`)
})

test('everything but embeddings, keys, values and outputs is what it is in a random model', () => {
  for (const [name, values] of random) {
    const isOther = !/embed_tokens|self_attn\.[kvo]_proj/.test(name)
    assert.equal(
      Buffer.compare(Buffer.from(values.buffer), Buffer.from(mimetic.get(name)!.buffer)) === 0,
      isOther,
      name,
    )
  }
})

test('the preset world starts so, the preset tiny at random', () => {
  assert.notEqual(presetStarts.world, null)
  assert.equal(presetStarts.tiny, null)
})
