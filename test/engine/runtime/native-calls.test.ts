/** The native functions that compiled functions call give the results of tfjs's ops, for awkward sizes too. */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import {
  callsNative,
  type DecodeAttention,
  decodeAttention,
  matMulsTransposed,
  rmsNorm,
  sumOfSquares,
  withLiveRows,
} from '../../../electron/engine/runtime/ops.ts'
import {
  mapTensors,
  type TensorRecord,
  type Tensors,
} from '../../../electron/engine/runtime/tensor-record.ts'
import { compiledTest } from '../../invariant/compiled.ts'

const floatError = 2e-5

function compiledAndPlain<In extends TensorRecord>(
  fn: (inputs: In) => tf.Tensor,
  inputs: In,
): [Float32Array, Float32Array] {
  const compiled = compile('native', (args: In) => {
    assert(callsNative(), 'the native functions are not reachable')
    return { y: fn(args) }
  })
  try {
    const plain = tf.tidy(() => fn(inputs))
    const expected = plain.dataSync() as Float32Array
    plain.dispose()
    return [compiled.values(inputs).y, expected]
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

type Product = { x: tf.Tensor; weights: Tensors<string> }

/** @param outs rows of each weight */
function randomProduct(rows: number, columns: number, outs: readonly number[]): Product {
  const random = (size: number) => tf.randomNormal([size, columns], 0, 1, 'float32', 7)
  return { x: random(rows), weights: Object.fromEntries(outs.map((out, i) => [`weight${i}`, random(out)])) }
}

const sizes = fc.integer({ min: 1, max: 70 })

compiledTest('products of few rows, with one weight or several, equal those of tfjs', () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 64 }),
    columns: sizes,
    outs: fc.array(sizes, { minLength: 1, maxLength: 3 }),
  })
  fc.assert(
    fc.property(shape, ({ rows, columns, outs }) => {
      const fn = ({ x, weights }: Product) => tf.concat(matMulsTransposed(x, Object.values(weights)), 1)
      assertClose(...compiledAndPlain(fn, randomProduct(rows, columns, outs)))
    }),
    { numRuns: 12, seed: 1 },
  )
})

compiledTest('gradients of products of few rows equal those of tfjs', () => {
  for (const outs of [[33], [33, 7]]) {
    const loss = (x: tf.Tensor, ...weights: tf.Tensor[]) =>
      tf.sum(tf.square(tf.concat(matMulsTransposed(x, weights), 1))) as tf.Scalar
    const fn = ({ x, weights }: Product) => {
      const gradients = tf.grads(loss)([x, ...Object.values(weights)])
      return tf.concat(gradients.map((g) => tf.reshape(g, [-1])))
    }
    assertClose(...compiledAndPlain(fn, randomProduct(5, 19, outs)))
  }
})

compiledTest('a row does not depend on the other rows', () => {
  const [x, w] = [tf.randomNormal([7, 100]), tf.randomNormal([50, 100])]
  const product = compile('rows', (inputs: Tensors<'x' | 'w'>) => ({
    y: matMulsTransposed(inputs.x, [inputs.w])[0]!,
  }))
  const all = product.call({ x, w }).y.arraySync() as number[][]
  for (let row = 0; row < 7; row++) {
    const alone = product.call({ x: tf.slice(x, [row, 0], [1, 100]), w }).y.arraySync() as number[][]
    assert.deepEqual(alone[0], all[row])
  }
  product.dispose()
})

compiledTest('RMSNorm and its gradient equal those of tfjs', () => {
  type Inputs = Tensors<'x' | 'gain'>
  const inputs: Inputs = { x: tf.randomNormal([3, 37]), gain: tf.randomNormal([37]) }
  const copy = mapTensors(inputs, (t) => t.clone())
  assertClose(...compiledAndPlain(({ x, gain }: Inputs) => rmsNorm(x, gain, 1e-5), copy))
  const loss = (x: tf.Tensor, gain: tf.Tensor) => tf.sum(tf.square(rmsNorm(x, gain, 1e-5))) as tf.Scalar
  const gradients = ({ x, gain }: Inputs) =>
    tf.concat(
      tf
        .grads(loss)([x, gain])
        .map((g) => tf.reshape(g, [-1])),
    )
  assertClose(...compiledAndPlain(gradients, inputs))
})

type Attention = Tensors<keyof DecodeAttention>

/** Softmax attention over the visible slots, by tfjs. */
function plainAttention({ queries, keys, values, firstReal, position }: Attention): tf.Tensor {
  const [b, heads, , h] = queries.shape as [number, number, number, number]
  const [, kvHeads, slots] = keys.shape as [number, number, number]
  const slot = tf.range(0, slots, 1, 'int32')
  const seen = tf.logicalAnd(tf.greaterEqual(slot, tf.expandDims(firstReal, 1)), tf.lessEqual(slot, position))
  const grouped = tf.reshape(queries, [b, kvHeads, heads / kvHeads, h])
  const scores = tf.where(
    tf.reshape(seen, [b, 1, 1, slots]),
    tf.matMul(grouped, keys, false, true),
    Number.NEGATIVE_INFINITY,
  )
  return tf.reshape(tf.matMul(tf.softmax(scores), values), [b, heads * h])
}

compiledTest('attention of one decoding step equals that of tfjs', () => {
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
      const inputs = {
        queries: tf.randomNormal([rows, group * kvHeads, 1, size], 0, 1, 'float32', 3),
        keys: tf.randomNormal(cache, 0, 1, 'float32', 4),
        values: tf.randomNormal(cache, 0, 1, 'float32', 5),
        firstReal: tf.tensor1d(
          Array.from({ length: rows }, (_, row) => row % 3),
          'int32',
        ),
        position: tf.scalar(slots - 1 - Math.min(unused, slots - 3), 'int32'),
      }
      const fn = (args: Attention) => (callsNative() ? decodeAttention(args) : plainAttention(args))
      assertClose(...compiledAndPlain(fn, inputs))
    }),
    { numRuns: 12, seed: 1 },
  )
})

compiledTest('rows that are not live give zeros and do not change the others', () => {
  const [x, w] = [tf.randomNormal([9, 24]), tf.randomNormal([31, 24])]
  const marks = tf.tensor1d([1, 0, 1, 1, 0, 1, 0, 0, 1], 'int32')
  const product = compile('live', (inputs: Tensors<'x' | 'w' | 'marks'>) => ({
    y: withLiveRows(inputs.marks, () => matMulsTransposed(inputs.x, [inputs.w])[0]!),
  }))
  const all = tf.matMul(x, w, false, true)
  const expected = tf.mul(all, tf.expandDims(marks, 1)).dataSync() as Float32Array
  assertClose(product.values({ x, w, marks }).y, expected)
  product.dispose()
})

compiledTest('a sum of squares over several tensors equals the plain one', () => {
  const counts = [1, 7, 8, 1000, 1 << 15, 3 * (1 << 15) + 5]
  const tensors = Object.fromEntries(counts.map((size, i) => [`x${i}`, tf.randomNormal([size])]))
  const [actual, expected] = compiledAndPlain(
    (args: typeof tensors) => tf.reshape(sumOfSquares(Object.values(args)), [1]),
    tensors,
  )
  assertClose(actual, expected)
  tf.dispose(tensors)
})
