/** Saving memory does not change the numbers: layers computed again, and a vocabulary in chunks. */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from '../../../electron/engine/model/config.ts'
import { adaptModel, createModel, type Model, weightsOf } from '../../../electron/engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../../electron/engine/model/responses.ts'
import { usualSettings } from '../../../electron/engine/model/transformer-config.ts'
import { tokenEntropy, tokenLogprobs } from '../../../electron/engine/model/vocabulary.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { mapTensors, type Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { padResponses } from '../../../electron/engine/training/batch.ts'
import { lossAndGradients } from '../../../electron/engine/training/train-step.ts'

const config: ModelConfig = {
  ...usualSettings,
  family: 'llama',
  vocabSize: 37,
  hiddenSize: 16,
  intermediateSize: 24,
  numLayers: 3,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 4,
  maxPositions: 64,
  normEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  attentionBias: false,
  attentionOutBias: false,
  mlpBias: false,
  tiedEmbeddings: true,
  activation: 'silu',
  bosId: null,
  eosIds: [],
  padId: 0,
}
const gpt2: ModelConfig = {
  ...config,
  family: 'gpt2',
  numKvHeads: 4,
  attentionBias: true,
  attentionOutBias: true,
  mlpBias: true,
  activation: 'gelu_tanh',
}
const windowed: ModelConfig = { ...config, slidingWindow: 3, localLayers: [0, 2], attentionSoftcap: 2 }
const rows = [
  { query: [3, 4, 5], response: [6, 7, 8, 9] },
  { query: [10, 11], response: [12, 13, 14] },
]

/** Loss and gradients in one array. */
function gradients(model: Model, recomputeLayers: boolean): Float32Array {
  const step = compile('gradients', (inputs: ResponseTensors) => {
    const result = lossAndGradients(
      model.parameters,
      (parameters, batch) => {
        const weights = weightsOf(model, (name) => parameters.get(name))
        const logprobs = logprobsOf(responsePass(model, weights, batch, recomputeLayers))
        return { loss: tf.sum(tf.square(logprobs)) as tf.Tensor, metrics: {} }
      },
      inputs,
    )
    const flat = [result.loss, ...result.gradients.values()].map((g) => tf.reshape(g, [-1]))
    return { all: tf.concat(flat) }
  })
  const values = step.values(responseTensors(padResponses(rows, 0))).all
  step.dispose()
  return values
}

export function assertRecomputingChangesNothing(relativeTolerance: number): void {
  const base = createModel(config, 1)
  for (const model of [base, createModel(gpt2, 2), createModel(windowed, 4), adaptModel(base, 2, 3)]) {
    assertNear(gradients(model, true), gradients(model, false), relativeTolerance)
  }
}

export function assertChunksChangeNothing(relativeTolerance: number): void {
  const hidden = tf.randomNormal([7, 16], 0, 1, 'float32', 1)
  const matrix = tf.randomNormal([37, 16], 0, 1, 'float32', 2)
  const ids = tf.tensor1d([0, 36, 5, 5, 17, 1, 2], 'int32')
  const dy = tf.randomNormal([7], 0, 1, 'float32', 3)
  for (const [measure, softcap] of [
    [tokenLogprobs, null],
    [tokenEntropy, null],
    [tokenLogprobs, 1.5],
  ] as const) {
    const of = (limit: number) => {
      const fn = compile('vocabulary', (inputs: Tensors<'hidden' | 'matrix' | 'ids' | 'dy'>) => {
        const value = (a: tf.Tensor, b: tf.Tensor) =>
          measure({ hidden: a, matrix: b, ids: inputs.ids, softcap, temperature: 0.7 }, limit)
        const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(value(a, b), inputs.dy)) as tf.Scalar
        const parts = [value(inputs.hidden, inputs.matrix), ...tf.grads(loss)([inputs.hidden, inputs.matrix])]
        return { all: tf.concat(parts.map((part) => tf.reshape(part, [-1]))) }
      })
      const values = fn.values(mapTensors({ hidden, matrix, ids, dy }, (t) => t.clone())).all
      fn.dispose()
      return values
    }
    const whole = of(Number.POSITIVE_INFINITY)
    for (const rowsAtOnce of [1, 3]) assertNear(of(rowsAtOnce * 37), whole, relativeTolerance)
  }
}

function assertNear(actual: Float32Array, expected: Float32Array, relativeTolerance: number): void {
  assert.equal(actual.length, expected.length)
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  assert(scale > 0)
  for (let i = 0; i < expected.length; i++)
    assert(
      Math.abs(actual[i]! - expected[i]!) <= relativeTolerance * scale,
      `${i}: ${actual[i]} for ${expected[i]}`,
    )
}
