/** When functions are recorded and compiled, and how long compiled code is kept. */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { variableFrom } from '../../../electron/engine/runtime/variable.ts'
import { bucketLength } from '../../../electron/engine/training/batch.ts'
import { compiledTest } from '../../invariant/compiled.ts'

compiledTest('compiled functions are recorded once per signature: shapes and dtypes', () => {
  let runs = 0
  const fn = compile('sum', ({ x }: Tensors<'x'>) => {
    runs++
    return { sum: tf.sum(tf.cast(x, 'float32')) }
  })
  const inputs = [tf.ones([2, 3]), tf.ones([3, 2]), tf.ones([2, 3], 'int32'), tf.zeros([2, 3])]
  for (let round = 0; round < 3; round++) for (const x of inputs) tf.dispose(fn.call({ x }))
  assert.equal(runs, 3)
  assert.equal(fn.recordings, 3)
  fn.dispose()
})

compiledTest('compiled functions of padded lengths are recorded for a few buckets', () => {
  const fn = compile('padded', ({ x }: Tensors<'x'>) => ({ mean: tf.mean(x) }))
  for (let length = 1; length <= 1024; length++) {
    const x = tf.ones([bucketLength(length)])
    tf.dispose([x, fn.call({ x })])
  }
  assert.ok(fn.recordings <= 16, `${fn.recordings} recordings`)
  fn.dispose()
})

compiledTest('compiled functions of equal content have their own variables and outlive each other', () => {
  const scaleBy = (factor: number) => {
    const variable = variableFrom('factor', [2], Float32Array.of(factor, factor))
    return { variable, fn: compile('scale', ({ x }: Tensors<'x'>) => ({ y: tf.mul(x, variable.read()) })) }
  }
  const values = ({ fn }: ReturnType<typeof scaleBy>) => [...fn.values({ x: tf.tensor1d([1, 2]) }).y]
  const [two, three] = [scaleBy(2), scaleBy(3)]
  assert.deepEqual(values(two), [2, 4])
  assert.deepEqual(values(three), [3, 6])
  two.fn.dispose()
  two.variable.dispose()
  assert.deepEqual(values(three), [3, 6])
  three.fn.dispose()
  three.variable.dispose()
})

compiledTest('compiled functions that differ in a constant or an attribute are not confused', () => {
  const fns = [1, 2, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((constant) =>
    compile('divide', ({ x }: Tensors<'x'>) => ({ y: tf.div(x, constant) })),
  )
  const leaky = [0.1, 0.2].map((alpha) =>
    compile('divide', ({ x }: Tensors<'x'>) => ({ y: tf.leakyRelu(tf.neg(x), alpha) })),
  )
  const results = [...fns, ...leaky].map((fn) => fn.values({ x: tf.tensor1d([1]) }).y[0]!)
  const expected = [1, 0.5, -Infinity, Infinity, 0, -0, -0.1, -0.2]
  assert.deepEqual(results, [...Float32Array.from(expected)])
  for (const fn of [...fns, ...leaky]) fn.dispose()
})

compiledTest('compiled functions keep their results and variables when others are released', () => {
  const variable = variableFrom('state', [1], Float32Array.of(5))
  const kept = compile('kept', ({ x }: Tensors<'x'>) => {
    variable.assign(tf.add(variable.read(), x))
    return { state: variable.read() }
  })
  assert.deepEqual([...kept.values({ x: tf.ones([1]) }).state], [6])
  for (let i = 0; i < 40; i++) {
    const other = compile('other', ({ x }: Tensors<'x'>) => ({ y: tf.add(x, i) }))
    other.values({ x: tf.ones([1]) })
    other.dispose()
  }
  assert.deepEqual([...kept.values({ x: tf.ones([1]) }).state], [7])
  assert.deepEqual([...variable.data()], [7])
  kept.dispose()
  variable.dispose()
})
