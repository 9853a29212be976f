/** Activations of MLPs, by the name that a config gives them. Each takes x of any shape to the same. */
import * as tf from '@tensorflow/tfjs-core'
import type { TransformerConfig } from '../transformer-config.ts'

const activations: Record<TransformerConfig['activation'], (x: tf.Tensor) => tf.Tensor> = {
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  /** x Φ(x) (Hendrycks and Gimpel 2016) */
  gelu: (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
  /** Their approximation of it. */
  gelu_tanh: (x) => {
    const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))))
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
  },
}

export function activated(x: tf.Tensor, name: TransformerConfig['activation']): tf.Tensor {
  return activations[name](x)
}
