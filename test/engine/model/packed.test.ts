import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import {
  adaptModel,
  disposeModel,
  type Model,
  mergedValues,
  weightsOf,
} from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { causalBias, hiddenStates, logitsOf } from '../../../electron/engine/model/transformer.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { crossEntropy } from '../../../electron/engine/runtime/ops.ts'
import { PackedMatrix } from '../../../electron/engine/runtime/packed-matrix.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import type { Variable } from '../../../electron/engine/runtime/variable.ts'
import { lossAndGradients } from '../../../electron/engine/training/train-step.ts'
import { temporaryFolder, writeIn } from '../formats/weight-bytes.ts'
import { kQuantModel } from './k-quant-model.ts'

const runtime = await openRuntime()
const folder = temporaryFolder()
const skip = runtime.compiles ? false : 'needs the compiled runtime'

const kinds = ['Q8_0', 'Q4_K', 'Q5_K', 'Q6_K', 'Q4_0', 'Q5_0'] as const
const layers = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'] as const

function modelFile(kind: (typeof kinds)[number]): string {
  const types = Object.fromEntries(layers.map((layer) => [layer, kind]))
  return writeIn(folder, `${kind}.gguf`, kQuantModel(types))
}

function batch(rows: number, length: number) {
  const ids = Array.from({ length: rows * length }, (_, i) => (i * 5 + 1) % 8)
  const positions = Array.from({ length: rows * length }, (_, i) => i % length)
  return {
    ids: tf.tensor2d(ids, [rows, length], 'int32'),
    positions: tf.tensor2d(positions, [rows, length], 'int32'),
    attentionBias: causalBias(tf.ones([rows, length])),
  }
}

/** A block whose scale is zero loses the signs of its zeros. */
function positiveZeros(values: Float32Array): Float32Array {
  return values.map((value) => value + 0)
}

function logits(model: Model, rows: number, length: number): Float32Array {
  const forward = compile('logits', (inputs: ReturnType<typeof batch>) => {
    const weights = weightsOf(model)
    return { logits: logitsOf(model.config, weights, hiddenStates(model.config, weights, inputs)) }
  })
  return forward.values(batch(rows, length)).logits as Float32Array
}

for (const kind of kinds)
  test(`a base in ${kind} that stays in 8 bits has the values of the decoded one`, { skip }, () => {
    const file = modelFile(kind)
    const [plain, packed] = [loadModel(file), loadModel(file, true)]
    const inEightBits = [...packed.parameters].filter(([, variable]) => variable instanceof PackedMatrix)
    assert.equal(inEightBits.length, layers.length)
    for (const [name, variable] of packed.parameters)
      assert.deepEqual(
        positiveZeros(variable.data()),
        positiveZeros(plain.parameters.get(name)!.data()),
        name,
      )
    disposeModel(plain)
    disposeModel(packed)
  })

test('its logits are those of the decoded one, bit for bit', { skip }, () => {
  const file = modelFile('Q4_K')
  const [plain, packed] = [loadModel(file), loadModel(file, true)]
  for (const [rows, length] of [
    [1, 3], // few rows: the native product
    [8, 16],
  ] as const)
    assert.deepEqual(logits(packed, rows, length), logits(plain, rows, length))
  disposeModel(plain)
  disposeModel(packed)
})

test('adapters on a base in 8 bits get the gradients that they get on the decoded one, and merge to the same', {
  skip,
}, () => {
  const file = modelFile('Q4_K')
  const bases = [loadModel(file), loadModel(file, true)]
  const [plain, packed] = bases.map((base) => {
    const model = adaptModel(base, 4, 7)
    for (const variable of model.parameters.values())
      if (variable.name.includes('lora_B')) fillWithNumbers(variable)
    return { ...gradientsOf(model), merged: mergedValues(model, 'model.layers.0.mlp.up_proj.weight'), model }
  }) as [Result, Result]
  assert.deepEqual(packed.loss, plain.loss)
  assert(plain.gradients.size === 2 * layers.length)
  for (const [name, values] of plain.gradients) {
    const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    assert(largest > 0, name)
    for (const [i, value] of packed.gradients.get(name)!.entries())
      assert(Math.abs(value - values[i]!) <= 1e-6 * largest, `${name}[${i}]: ${value}, not ${values[i]}`)
  }
  assert.deepEqual(positiveZeros(packed.merged), positiveZeros(plain.merged))
  for (const { model } of [plain, packed]) disposeModel(model)
  for (const base of bases) disposeModel(base)
})

interface Result {
  loss: number
  gradients: Map<string, Float32Array>
  merged: Float32Array
  model: Model
}

function fillWithNumbers(variable: Variable): void {
  const size = variable.shape.reduce((a, b) => a * b, 1)
  const values = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7) % 13) / 500),
    variable.shape,
  )
  variable.assign(values)
  values.dispose()
}

function gradientsOf(model: Model): Pick<Result, 'loss' | 'gradients'> {
  const step = compile('gradients', (inputs: ReturnType<typeof batch>) => {
    const { loss, gradients } = lossAndGradients(
      model.parameters,
      (trained, given: ReturnType<typeof batch>) => {
        const weights = weightsOf(model, (name) => trained.get(name))
        const states = hiddenStates(model.config, weights, given)
        const losses = crossEntropy(logitsOf(model.config, weights, states), tf.reshape(given.ids, [-1]))
        return { loss: tf.mean(losses), metrics: {} }
      },
      inputs,
    )
    return { loss, ...Object.fromEntries(gradients) }
  })
  const { loss, ...gradients } = step.values(batch(8, 16)) as { loss: Float32Array } & Record<
    string,
    Float32Array
  >
  return { loss: loss[0]!, gradients: new Map(Object.entries(gradients)) }
}
