/** Adapters on every family: equal to merged weights, with the gradients that follow from those of the weights. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { linearLayers } from '../../../electron/engine/model/config.ts'
import {
  adaptModel,
  createModel,
  disposeModel,
  type Model,
  mergedValues,
  weightsOf,
} from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { causalBias, hiddenStates, logitsOf } from '../../../electron/engine/model/transformer.ts'
import { adapterNames } from '../../../electron/engine/model/weights.ts'
import { normals } from '../../../electron/engine/random.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { lossAndGradients } from '../../../electron/engine/training/train-step.ts'

const golden = path.resolve(import.meta.dirname, '../../golden')
const rank = 2

before(() => openRuntime({ kind: 'wasm' }))

/** Logits of a fixed batch, and the gradient of the sum of their squares by every parameter. */
function passOf(model: Model): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>()
  tf.tidy(() => {
    const inputs = { ids: tf.tensor2d([[3, 9, 4, 60, 21, 7, 8, 33]], undefined, 'int32') }
    const logitsFrom = (weights: ReturnType<typeof weightsOf>) => {
      const positions = tf.expandDims(tf.range(0, 8, 1, 'int32'), 0)
      const attentionBias = causalBias(tf.ones([1, 8]))
      return logitsOf(
        model.config,
        weights,
        hiddenStates(model.config, weights, { ...inputs, positions, attentionBias }),
      )
    }
    const { gradients } = lossAndGradients(
      model.parameters,
      (parameters) => ({
        loss: tf.sum(tf.square(logitsFrom(weightsOf(model, (name) => parameters.get(name))))),
        metrics: {},
      }),
      inputs,
    )
    const all = [['logits', logitsFrom(weightsOf(model))] as const, ...gradients]
    for (const [name, tensor] of all) found.set(name, tensor.dataSync() as Float32Array)
  })
  return found
}

function assertNear(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(actual.length, expected.length, what)
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  assert.ok(scale > 0, what)
  for (const [i, x] of expected.entries())
    assert.ok(Math.abs(actual[i]! - x) <= 1e-4 * scale, `${what}[${i}]: ${actual[i]} for ${x}`)
}

function assign(model: Model, name: string, values: Float32Array): void {
  const variable = model.parameters.get(name)!
  const value = tf.tensor(values, variable.shape, 'float32')
  variable.assign(value)
  value.dispose()
}

for (const name of ['qwen3', 'mistral', 'gemma3', 'smollm3', 'olmo2'])
  test(`${name} with adapters computes what merged weights do, and dA = Bᵀ dW, dB = dW Aᵀ`, () => {
    const base = loadModel(path.join(golden, name))
    const adapted = adaptModel(base, rank, 1)
    for (const [parameter, { shape }] of adapted.parameters) {
      const size = shape.reduce((a, b) => a * b, 1)
      assign(
        adapted,
        parameter,
        normals({ seed: 5, stream: parameter }, 0, size).map((x) => 0.1 * x),
      )
    }
    const merged = createModel(base.config, 1)
    for (const parameter of merged.parameters.keys())
      assign(merged, parameter, mergedValues(adapted, parameter))

    const [ofAdapters, ofWeights] = [passOf(adapted), passOf(merged)]
    assertNear(ofAdapters.get('logits')!, ofWeights.get('logits')!, 'logits')
    for (const [layer, { input, output }] of linearLayers(base.config)) {
      const names = adapterNames(layer)
      const [expectedA, expectedB] = tf.tidy(() => {
        const gradient = tf.tensor(ofWeights.get(`${layer}.weight`)!, [output, input])
        const [a, b] = [names.a, names.b].map((each) => adapted.parameters.get(each)!.read())
        return [tf.matMul(b!, gradient, true), tf.matMul(gradient, a!, false, true)].map(
          (tensor) => tensor.dataSync() as Float32Array,
        )
      })
      assertNear(ofAdapters.get(names.a)!, expectedA!, names.a)
      assertNear(ofAdapters.get(names.b)!, expectedB!, names.b)
    }
    for (const model of [merged, adapted, base]) disposeModel(model)
  })
