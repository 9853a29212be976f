/** The native functions that compiled functions call say what tfjs's own ops say, op by op, for awkward sizes too. */
import assert from 'node:assert/strict'
import nodeTest from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { compile, type TensorFunction } from '../../../electron/engine/runtime/compile.ts'
import {
  callsNative,
  decodeAttention,
  matMulsTransposed,
  rmsNorm,
  withLiveRows,
} from '../../../electron/engine/runtime/ops.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'

function test(name: string, body: () => void): void {
  nodeTest(name, async (t) => {
    if (!compiledRuntimeOrSkip(t)) return
    await openQuicklyCompilingRuntime()
    body()
  })
}

const floatError = 2e-5

function compiledAndPlain(fn: TensorFunction, inputs: tf.Tensor[]): [Float32Array, Float32Array] {
  const compiled = compile('native', (...args) => {
    assert(callsNative(), 'the native functions are not reachable')
    return fn(...args)
  })
  try {
    const plain = tf.tidy(() => fn(...inputs)[0]!)
    const expected = plain.dataSync() as Float32Array
    plain.dispose()
    return [compiled.values(inputs), expected]
  } finally {
    compiled.dispose()
  }
}

function assertClose(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length)
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1)
  for (let i = 0; i < expected.length; i++)
    assert(Math.abs(actual[i]! - expected[i]!) <= floatError * scale, `${i}: ${actual[i]} for ${expected[i]}`)
}

const sizes = fc.integer({ min: 1, max: 70 })

test('products of few rows, one weight or several', () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 64 }),
    columns: sizes,
    outs: fc.array(sizes, { minLength: 1, maxLength: 3 }),
  })
  fc.assert(
    fc.property(shape, ({ rows, columns, outs }) => {
      const inputs = [[rows, columns], ...outs.map((out) => [out, columns])].map((s) =>
        tf.randomNormal(s, 0, 1, 'float32', 7),
      )
      const fn: TensorFunction = (x, ...weights) => [tf.concat(matMulsTransposed(x!, weights), 1)]
      assertClose(...compiledAndPlain(fn, inputs))
    }),
    { numRuns: 12, seed: 1 },
  )
})

test('their gradients', () => {
  for (const outs of [[33], [33, 7]]) {
    const inputs = [5, ...outs].map((rows) => tf.randomNormal([rows, 19], 0, 1, 'float32', 7))
    const loss = (x: tf.Tensor, ...weights: tf.Tensor[]) =>
      tf.sum(tf.square(tf.concat(matMulsTransposed(x, weights), 1))) as tf.Scalar
    const fn: TensorFunction = (...args) => [
      tf.concat(
        tf
          .grads(loss)(args)
          .map((g) => tf.reshape(g, [-1])),
      ),
    ]
    assertClose(...compiledAndPlain(fn, inputs))
  }
})

test('a row does not depend on the rows beside it', () => {
  const [x, w] = [tf.randomNormal([7, 100]), tf.randomNormal([50, 100])]
  const product = compile('rows', (rows, weight) => matMulsTransposed(rows!, [weight!]))
  const all = product.call(x, w)[0]!.arraySync() as number[][]
  for (let row = 0; row < 7; row++) {
    const alone = product.call(tf.slice(x, [row, 0], [1, 100]), w)[0]!.arraySync() as number[][]
    assert.deepEqual(alone[0], all[row])
  }
  product.dispose()
})

test('RMSNorm and its gradient', () => {
  const inputs = [tf.randomNormal([3, 37]), tf.randomNormal([37])]
  assertClose(
    ...compiledAndPlain(
      (x, gain) => [rmsNorm(x!, gain!, 1e-5)],
      inputs.map((t) => t.clone()),
    ),
  )
  const loss = (x: tf.Tensor, gain: tf.Tensor) => tf.sum(tf.square(rmsNorm(x, gain, 1e-5))) as tf.Scalar
  assertClose(
    ...compiledAndPlain(
      (x, gain) => [
        tf.concat(
          tf
            .grads(loss)([x!, gain!])
            .map((g) => tf.reshape(g, [-1])),
        ),
      ],
      inputs,
    ),
  )
})

/** Softmax attention over the visible slots, by tfjs. */
function plainAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  firstReal: tf.Tensor,
  position: tf.Tensor,
): tf.Tensor {
  const [b, heads, , h] = q.shape as [number, number, number, number]
  const [, kvHeads, slots] = k.shape as [number, number, number]
  const slot = tf.range(0, slots, 1, 'int32')
  const seen = tf.logicalAnd(tf.greaterEqual(slot, tf.expandDims(firstReal, 1)), tf.lessEqual(slot, position))
  const grouped = tf.reshape(q, [b, kvHeads, heads / kvHeads, h])
  const scores = tf.where(
    tf.reshape(seen, [b, 1, 1, slots]),
    tf.matMul(grouped, k, false, true),
    Number.NEGATIVE_INFINITY,
  )
  return tf.reshape(tf.matMul(tf.softmax(scores), v), [b, heads * h])
}

test('attention of one decode step', () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 3 }),
    group: fc.constantFrom(1, 3),
    kvHeads: fc.constantFrom(1, 2),
    slots: fc.integer({ min: 4, max: 40 }),
    size: fc.constantFrom(5, 8, 20, 64, 72),
  })
  fc.assert(
    fc.property(shape, fc.integer({ min: 0, max: 3 }), ({ rows, group, kvHeads, slots, size }, unused) => {
      const cache = [rows, kvHeads, slots, size]
      const inputs = [
        tf.randomNormal([rows, group * kvHeads, 1, size], 0, 1, 'float32', 3),
        tf.randomNormal(cache, 0, 1, 'float32', 4),
        tf.randomNormal(cache, 0, 1, 'float32', 5),
        tf.tensor1d(
          Array.from({ length: rows }, (_, row) => row % 3),
          'int32',
        ),
        tf.scalar(slots - 1 - Math.min(unused, slots - 3), 'int32'),
      ]
      const fn: TensorFunction = (q, k, v, firstReal, position) => [
        callsNative()
          ? decodeAttention(q!, k!, v!, firstReal!, position!)
          : plainAttention(q!, k!, v!, firstReal!, position!),
      ]
      assertClose(...compiledAndPlain(fn, inputs))
    }),
    { numRuns: 12, seed: 1 },
  )
})

test('rows that are not live give zeros and change nothing for the others', () => {
  const [x, w] = [tf.randomNormal([9, 24]), tf.randomNormal([31, 24])]
  const marks = tf.tensor1d([1, 0, 1, 1, 0, 1, 0, 0, 1], 'int32')
  const product = compile('live', (rows, weight, live) =>
    withLiveRows(live!, () => matMulsTransposed(rows!, [weight!])),
  )
  const all = tf.matMul(x, w, false, true)
  const expected = tf.mul(all, tf.expandDims(marks, 1)).dataSync() as Float32Array
  assertClose(product.values([x, w, marks]), expected)
  product.dispose()
})
