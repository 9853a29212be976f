/** The error of a compiled function that can't be recorded, compiled or run. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../../electron/contract/errors.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { crossEntropy } from '../../../electron/engine/runtime/ops.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { tensorflow } from '../../../electron/engine/runtime/tensorflow-addon.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'

/** An op that XLA has no kernel for. */
function asString(x: tf.Tensor): tf.Tensor {
  const { addon, backend } = tensorflow()
  const { TF_ATTR_TYPE, TF_FLOAT } = addon
  return backend.executeSingleOutput('AsString', [{ name: 'T', type: TF_ATTR_TYPE!, value: TF_FLOAT }], [x]) // asString
}

function stringLength(x: tf.Tensor): tf.Tensor {
  return tensorflow().backend.executeSingleOutput('StringLength', [], [x])
}

/** `this file:line` of the only line that holds the text. */
function at(text: string): string {
  const lines = readFileSync(import.meta.filename, 'utf8').split('\n')
  return `test/engine/runtime/failures.test.ts:${lines.findIndex((line) => line.includes(text)) + 1}`
}

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Error)
    return error.message
  }
  throw new assert.AssertionError({ message: 'It did not fail.' })
}

test('a compiled function that fails says why and where', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  const x = tf.ones([4])
  const failureOf = (fn: (x: tf.Tensor) => tf.Tensor) =>
    messageOf(() => compile('named', (input: Tensors<'x'>) => ({ y: fn(input.x) })).call({ x }))

  await t.test('shapes that do not fit', () => {
    const table = tf.ones([3, 2])
    const message = failureOf((a) => tf.matMul(tf.reshape(a, [2, 2]), table)) // no fit
    assert.ok(message.startsWith(`named, at ${at('// ' + 'no fit')}: BatchMatMulV2: Dimensions`), message)
  })

  await t.test('a shape error of TensorFlow in one of this project’s ops', () => {
    const message = failureOf((a) => crossEntropy(a, tf.zeros([4], 'int32'))) // rank 1
    assert.ok(message.startsWith(`named, at ${at('// rank ' + '1')}: SparseSoftmaxCrossEntropyWithLogits: `))
  })

  await t.test('a value that is read', () => {
    const message = failureOf((a) => tf.scalar(a.dataSync()[0]!)) // read
    assert.equal(
      message,
      `named, at ${at('// ' + 'read')}: A value was read while a function was being recorded.`,
    )
  })

  await t.test('a large constant', () => {
    const numbers = Float32Array.from({ length: 70_000 }, (_, i) => i)
    const message = failureOf((a) => tf.add(a, tf.sum(tf.tensor1d(numbers)))) // large
    assert.ok(message.startsWith(`named, at ${at('// ' + 'large')}: A constant of 70000 numbers`), message)
  })

  await t.test('an op without a gradient', () => {
    const sampled = (a: tf.Tensor) =>
      tf.sum(tf.cast(tf.multinomial(tf.reshape(a, [1, 4]) as tf.Tensor2D, 2), 'float32'))
    const message = failureOf((a) => tf.grad(sampled)(a)) // gradient
    assert.ok(message.startsWith(`named, at ${at('// ' + 'gradient')}: `), message)
    assert.match(message, /gradient function not found for Multinomial/)
  })

  await t.test('an op that XLA can’t compile, named with the line that made it', () => {
    const message = failureOf((a) => tf.cast(stringLength(asString(tf.add(a, 1))), 'float32'))
    assert.ok(message.startsWith(`named, at `), message)
    assert.ok(message.includes(`AsString (${at('// ' + 'asString')})`), message)
  })

  await t.test('memory that is not there, in a compiled function and out of it', () => {
    const huge = (a: tf.Tensor) => tf.tile(tf.reshape(a, [4, 1]), [2 ** 20, 2 ** 22])
    for (const work of [
      () => compile('huge', (input: Tensors<'x'>) => ({ y: huge(input.x) })).call({ x }),
      () => huge(x),
    ]) {
      assert.throws(work, (error) => error instanceof UserError && error.code === 'out_of_memory')
    }
  })

  await t.test('afterwards the runtime computes as before', () => {
    const { y } = compile('doubled', (input: Tensors<'x'>) => ({ y: tf.mul(input.x, 2) })).call({ x })
    assert.deepEqual([...y.dataSync()], [2, 2, 2, 2])
  })
})
