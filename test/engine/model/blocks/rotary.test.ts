/** Rotations use the frequencies of a row's own length, and leave what is behind the rotated numbers. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { rotate, rotationAt } from '../../../../electron/engine/model/blocks/rotary.ts'
import type { Rotary } from '../../../../electron/engine/model/rotary-frequencies.ts'
import { openRuntime } from '../../../../electron/engine/runtime/runtime.ts'
import { assertClose } from '../../../golden.ts'

describe('a rotation', () => {
  before(() => openRuntime({ eager: true }))

  const rotary: Rotary = {
    frequencies: Float32Array.of(1, 0.5),
    factor: 2,
    beyond: { length: 3, frequencies: Float32Array.of(0.1, 0.2) },
  }

  test("uses the frequencies of each row's own length", () => {
    const positions = tf.tensor2d([0, 1, 2, 3, 0, 0, 1, 2], [2, 4], 'int32')
    const { cos, sin } = rotationAt(rotary, positions)
    const angles = [0, 0, 0.1, 0.2, 0.2, 0.4, 0.3, 0.6, 0, 0, 0, 0, 1, 0.5, 2, 1]
    const expected = (of: (x: number) => number) => angles.map((angle) => 2 * of(angle))
    assertClose(cos.dataSync() as Float32Array, expected(Math.cos), 'cos', { absolute: 1e-6, relative: 0 })
    assertClose(sin.dataSync() as Float32Array, expected(Math.sin), 'sin', { absolute: 1e-6, relative: 0 })
  })

  test('leaves what is behind the rotated numbers', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 1, 6])
    const cos = tf.tensor4d([0, 1], [1, 1, 1, 2])
    const sin = tf.tensor4d([1, 0], [1, 1, 1, 2])
    assert.deepEqual([...rotate(x, { cos, sin }).dataSync()], [-3, 2, 1, 4, 5, 6])
  })
})
