/** Bounding of scores and logits (Gemma 2, section 2): x becomes c tanh(x/c), which lies within ±c. */
import * as tf from '@tensorflow/tfjs-core'

/** @param cap null for none */
export function softcapped(x: tf.Tensor, cap: number | null): tf.Tensor {
  return cap === null ? x : tf.mul(cap, tf.tanh(tf.div(x, cap)))
}

/**
 * The gradient by x, from that by y = c tanh(x/c): dy/dx = 1 - (y/c)².
 * @param capped y
 */
export function softcapGradient(dy: tf.Tensor, capped: tf.Tensor, cap: number | null): tf.Tensor {
  return cap === null ? dy : tf.mul(dy, tf.sub(1, tf.square(tf.div(capped, cap))))
}
