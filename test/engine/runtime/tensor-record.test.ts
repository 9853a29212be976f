/** Records of tensors: their order, and the inputs that a compiled function refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import {
  layoutOf,
  recordOf,
  type TensorRecord,
  type Tensors,
  tensorsOf,
} from '../../../electron/engine/runtime/tensor-record.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'

type Nested = { step: Tensors<'rate'>; inputs: Tensors<'x' | 'y'> }

function difference({ step, inputs }: Nested) {
  return { scaled: { y: tf.mul(step.rate, tf.sub(inputs.x, inputs.y)) }, x: tf.add(inputs.x, 1) }
}

/** Calls with one key too few, one too many, and a record in place of a tensor. */
function checkCalls(): void {
  const fn = compile('difference', difference)
  const [rate, x, y] = [2, 5, 3].map((value) => tf.tensor1d([value]))
  const copies = () => ({ rate: rate!.clone(), x: x!.clone(), y: y!.clone() })
  const values = (order: (tensors: ReturnType<typeof copies>) => Nested) => {
    const { scaled, x: added } = fn.values(order(copies()))
    return [...scaled.y, ...added]
  }
  assert.deepEqual(
    values((t) => ({ step: { rate: t.rate }, inputs: { x: t.x, y: t.y } })),
    [4, 6],
  )
  assert.deepEqual(
    values((t) => ({ inputs: { y: t.y, x: t.x }, step: { rate: t.rate } })),
    [4, 6],
    'a tensor goes by its name, not by its place',
  )
  const call = (record: TensorRecord) => () => fn.call(record as Nested)
  assert.throws(call({ step: { rate: rate! }, inputs: { x: x! } }), {
    message: 'difference: input "y" is missing. Inputs: x, y.',
  })
  assert.throws(call({ step: { rate: rate! }, inputs: { x: x!, y: y!, z: y! } }), {
    message: 'difference: unknown input "z". Inputs: x, y.',
  })
  assert.throws(call({ step: { rate: rate! }, input: { x: x!, y: y! } }), {
    message: 'difference: input "inputs" is missing. Inputs: step, inputs.',
  })
  assert.throws(call({ step: rate!, inputs: { x: x!, y: y! } }), {
    message: 'difference: "step" must be a record.',
  })
  fn.dispose()
}

test('a compiled function takes and returns tensors by name', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  checkCalls()
})

test('a function that runs op by op takes and returns tensors by name', async () => {
  await openRuntime({ kind: 'wasm' })
  checkCalls()
})

test("a record's tensors are in the order of its keys, depth first, and its layout rebuilds it", () => {
  const [a, b, c] = [1, 2, 3].map((value) => tf.scalar(value))
  const record = { z: a!, inner: { y: b!, empty: {} }, a: c! }
  const layout = layoutOf(record)
  assert.deepEqual(tensorsOf(record, layout, 'test'), [a, b, c])
  assert.deepEqual(recordOf([a!, b!, c!], layout), record)
})
