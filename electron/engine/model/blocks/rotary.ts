/** Rotary position embeddings (Su et al. 2021) in the Hugging Face convention: pairs are (i, i + H/2). */
import * as tf from '@tensorflow/tfjs-core'
import { optimizationBarrier } from '../../runtime/ops.ts'

/** Each (B, 1, T, H/2). */
export interface Rotation {
  cos: tf.Tensor
  sin: tf.Tensor
}

/**
 * @param frequencies H/2, in radians per position
 * @param positions int32 (B, T)
 */
export function rotationAt(frequencies: Float32Array, positions: tf.Tensor): Rotation {
  const [b, t] = positions.shape as [number, number]
  const angles = tf.mul(tf.reshape(tf.cast(positions, 'float32'), [b, 1, t, 1]), tf.tensor1d(frequencies))
  // Without the barrier the compiler computes sines again in every layer, one number at a time.
  const [cos, sin] = optimizationBarrier([tf.cos(angles), tf.sin(angles)])
  return { cos: cos!, sin: sin! }
}

/** x (B, heads, T, H) to the same */
export function rotate(x: tf.Tensor, { cos, sin }: Rotation): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
  const turned = [
    tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
    tf.add(tf.mul(second, cos), tf.mul(first, sin)),
  ]
  return tf.concat(turned, -1)
}
