/** Checks every golden model (PyTorch, Transformers) on the runtime that is open: shared by one test file per runtime. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { Generator } from '../../../electron/engine/generation/generate.ts'
import { disposeModel, type Model, weightsOf } from '../../../electron/engine/model/model.ts'
import {
  entropiesOf,
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../../electron/engine/model/responses.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { causalBias, hiddenStates, logitsOf } from '../../../electron/engine/model/transformer.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { crossEntropy } from '../../../electron/engine/runtime/ops.ts'
import { openRuntime, type RuntimeOptions } from '../../../electron/engine/runtime/runtime.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { padResponses } from '../../../electron/engine/training/batch.ts'
import { lossAndGradients } from '../../../electron/engine/training/train-step.ts'
import { goldenModelNames } from './golden-model-names.ts'

const folder = path.resolve(import.meta.dirname, '../../golden')

export interface Golden {
  inputIds: number[][]
  attentionMask: number[][]
  positionIds: number[][]
  logits: number[][][]
  lastHiddenStates: number[][][]
  loss: number
  gradients: Record<
    string,
    { shape: number[]; sum: number; absSum: number; indices?: number[]; values: number[] }
  >
  greedy: { promptIds: number[][]; promptMask: number[][]; newIds: number[][] }
  continuation: {
    promptIds: number[][]
    promptMask: number[][]
    responseIds: number[][]
    responseMask: number[][]
    'temperature0.7': { logprobs: number[][]; entropies: number[][] }
  }
}

/** Tolerances: see test/golden/README.md; wasm sums in another order. */
const logitTolerance = 2e-5
const gradientTolerance = 1e-5

/** The models whose compiled form is tested as it runs; for others, compilation is quick. */
export const fullyCompiled = ['llama-tied', 'llama-untied', 'llama3-rope', 'qwen2', 'gpt2']
export const quicklyCompiled = goldenModelNames.filter((name) => !fullyCompiled.includes(name))

/** Registers the tests. */
export function testGoldenModels(
  options: RuntimeOptions,
  expectedKind: 'tensorflow' | 'wasm',
  tested: readonly string[] = goldenModelNames,
): void {
  for (const name of tested) {
    test(`${name} agrees with PyTorch on logits, gradients, greedy ids and log-probabilities`, async () => {
      assert.equal((await openRuntime(options)).kind, expectedKind)
      const golden = JSON.parse(readFileSync(path.join(folder, name, 'golden.json'), 'utf8')) as Golden
      const model = loadModel(path.join(folder, name))
      checkGolden(model, golden)
      checkGradients(model, golden)
      disposeModel(model)
    })
  }
}

/** Checks everything but gradients. */
export function checkGolden(model: Model, golden: Golden): void {
  checkLogits(model, golden)
  checkGreedy(model, golden)
  checkContinuation(model, golden)
}

export type GoldenInputs = Tensors<'ids' | 'positions' | 'mask'>

export function inputsOf({ inputIds, positionIds, attentionMask }: Golden): GoldenInputs {
  return {
    ids: tf.tensor2d(inputIds, undefined, 'int32'),
    positions: tf.tensor2d(positionIds, undefined, 'int32'),
    mask: tf.tensor2d(attentionMask),
  }
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual} is not within ${tolerance} of ${expected}`,
  )
}

function checkLogits(model: Model, golden: Golden): void {
  const fn = compile('logits', ({ ids, positions, mask }: GoldenInputs) => {
    const batch = { ids, positions, attentionBias: causalBias(mask) }
    const hidden = hiddenStates(model.config, weightsOf(model), batch)
    return { logits: logitsOf(model.config, weightsOf(model), hidden), hidden }
  })
  const { logits, hidden } = fn.values(inputsOf(golden))
  checkLastHidden(hidden, golden)
  const length = golden.inputIds[0]!.length
  const vocabSize = model.config.vocabSize
  golden.logits.forEach((row, b) => {
    const first = length - row.length
    for (const [t, position] of row.entries())
      for (const [v, expected] of position.entries())
        close(
          logits[(b * length + first + t) * vocabSize + v]!,
          expected,
          logitTolerance,
          `logit ${b},${t},${v}`,
        )
  })
  fn.dispose()
}

/** After the last norm, at the last position of each row. */
function checkLastHidden(hidden: Float32Array, { inputIds, lastHiddenStates }: Golden): void {
  const length = inputIds[0]!.length
  for (const [b, row] of lastHiddenStates.at(-1)!.entries())
    for (const [c, expected] of row.entries())
      close(hidden[((b + 1) * length - 1) * row.length + c]!, expected, logitTolerance, `hidden ${b},${c}`)
}

/** Checks the gradients of the loss by each of the model's parameters. */
export function checkGradients(model: Model, golden: Golden): void {
  const names = [...model.parameters.keys()]
  const fn = compile('gradients', (inputs: GoldenInputs) => {
    const { loss, gradients } = lossAndGradients(
      model.parameters,
      (parameters, { ids, positions, mask }) => {
        const weights = weightsOf(model, (name) => parameters.get(name))
        const hidden = hiddenStates(model.config, weights, {
          ids,
          positions,
          attentionBias: causalBias(mask),
        })
        const [b, t] = ids.shape as [number, number]
        const next = tf.pad(tf.slice(ids, [0, 1], [b, t - 1]), [
          [0, 0],
          [0, 1],
        ])
        const both = tf.mul(
          mask,
          tf.pad(tf.slice(mask, [0, 1], [b, t - 1]), [
            [0, 0],
            [0, 1],
          ]),
        )
        const losses = tf.reshape(
          crossEntropy(logitsOf(model.config, weights, hidden), tf.reshape(next, [-1])),
          [b, t],
        )
        return { loss: tf.div(tf.sum(tf.mul(losses, both)), tf.sum(both)), metrics: {} }
      },
      inputs,
    )
    return { loss, gradients: Object.fromEntries(gradients) }
  })
  const { loss, gradients } = fn.values(inputsOf(golden))
  close(loss[0]!, golden.loss, 1e-6 * 10, 'loss')
  assert.deepEqual(names.sort(), Object.keys(golden.gradients).sort())
  for (const name of model.parameters.keys()) {
    const values = gradients[name]!
    const expected = golden.gradients[name]!
    const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    for (const [j, x] of expected.values.entries())
      close(values[expected.indices?.[j] ?? j]!, x, gradientTolerance * largest, `d ${name}[${j}]`)
    close(
      values.reduce((s, x) => s + Math.abs(x), 0),
      expected.absSum,
      1e-4 * expected.absSum,
      `d ${name} absolute sum`,
    )
  }
  fn.dispose()
}

const greedy = {
  temperature: 0,
  topK: 0,
  topP: 1,
  eosIds: [],
  padId: 0,
  seed: 1,
  stream: 'test',
  maxNewTokens: 16,
}

function checkGreedy(model: Model, { greedy: expected }: Golden): void {
  const queries = expected.promptIds.map((row, b) => row.filter((_, t) => expected.promptMask[b]![t] === 1))
  const generator = new Generator(model)
  const rows = generator.generate(queries, greedy)
  assert.deepEqual(
    rows.map((row) => row.response),
    expected.newIds,
  )
  const alone = queries.map((query) => generator.generate([query], greedy)[0]!.response)
  assert.deepEqual(alone, expected.newIds, 'a row does not depend on its batch')
  generator.dispose()
}

function checkContinuation(model: Model, { continuation }: Golden): void {
  const kept = (row: number[], mask: number[]) => row.filter((_, t) => mask[t] === 1)
  const pairs = continuation.promptIds.map((row, b) => ({
    query: kept(row, continuation.promptMask[b]!),
    response: kept(continuation.responseIds[b]!, continuation.responseMask[b]!),
  }))
  const fn = compile('continuation', (batch: ResponseTensors) => {
    const pass = responsePass(model, weightsOf(model), batch)
    return { both: tf.concat([logprobsOf(pass, 0.7), entropiesOf(pass, 0.7)], 1) }
  })
  const batch = padResponses(pairs, 0)
  const values = fn.values(responseTensors(batch)).both
  const width = batch.responseLength
  const { logprobs, entropies } = continuation['temperature0.7']
  pairs.forEach(({ response }, b) => {
    response.forEach((_, t) => {
      close(values[b * 2 * width + t]!, logprobs[b]![t]!, logitTolerance, `logprob ${b},${t}`)
      close(values[b * 2 * width + width + t]!, entropies[b]![t]!, logitTolerance, `entropy ${b},${t}`)
    })
    for (let t = response.length; t < width; t++)
      assert.equal(Math.abs(values[b * 2 * width + t]!), 0, 'padding is zero')
  })
  fn.dispose()
}
