/** Rotary position embeddings (Su et al. 2021) in the Hugging Face convention: pairs are (i, i + R/2) of R rotated numbers. */
import * as tf from '@tensorflow/tfjs-core'
import { optimizationBarrier } from '../../runtime/ops.ts'
import type { Rotary } from '../rotary-frequencies.ts'

/** Each (B, 1, T, R/2). */
export interface Rotation {
  cos: tf.Tensor
  sin: tf.Tensor
}

/** @param positions int32 (B, T) */
export function rotationAt(rotary: Rotary, positions: tf.Tensor): Rotation {
  const [b, t] = positions.shape as [number, number]
  const angles = tf.mul(
    tf.reshape(tf.cast(positions, 'float32'), [b, 1, t, 1]),
    frequenciesOf(rotary, positions),
  )
  const scaled = (x: tf.Tensor) => (rotary.factor === 1 ? x : tf.mul(x, rotary.factor))
  // Without the barrier the compiler computes sines again in every layer, one number at a time.
  const [cos, sin] = optimizationBarrier([scaled(tf.cos(angles)), scaled(tf.sin(angles))])
  return { cos: cos!, sin: sin! }
}

/**
 * The length of a row is that up to its last position, so that no row depends on its batch.
 * @returns (R/2), or (B, 1, 1, R/2) if they depend on a row's length
 */
function frequenciesOf({ frequencies, beyond }: Rotary, positions: tf.Tensor): tf.Tensor {
  const usual = tf.tensor1d(frequencies)
  if (beyond === null) return usual
  const last = tf.max(positions, 1, true) // (B, 1)
  const isLong = tf.cast(tf.greaterEqual(last, tf.scalar(beyond.length, 'int32')), 'float32')
  const share = tf.reshape(isLong, [positions.shape[0]!, 1, 1, 1])
  return tf.add(tf.mul(tf.sub(1, share), usual), tf.mul(share, tf.tensor1d(beyond.frequencies)))
}

/** x (B, heads, T, H) to the same: its first R numbers are rotated, the others stay. */
export function rotate(x: tf.Tensor, { cos, sin }: Rotation): tf.Tensor {
  const [pairs, size] = [cos.shape.at(-1)!, x.shape.at(-1)!]
  const sizes = [pairs, pairs, ...(size > 2 * pairs ? [size - 2 * pairs] : [])]
  const [first, second, ...rest] = tf.split(x, sizes, -1) as [tf.Tensor, tf.Tensor, ...tf.Tensor[]]
  const turned = [
    tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
    tf.add(tf.mul(second, cos), tf.mul(first, sin)),
  ]
  return tf.concat([...turned, ...rest], -1)
}
