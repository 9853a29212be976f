/** The activations of MLPs, and the gated MLP. */
import * as tf from '@tensorflow/tfjs-core'
import type { Weights } from '../weights.ts'
import { linear, linears } from './linear.ts'

/** The linear layers of a gated MLP, by name. */
export interface GatedMlp {
  gate: string
  up: string
  down: string
  biased: boolean
}

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) up(x)). x (N, C) to the same */
export function swiGlu(x: tf.Tensor, w: Weights, { gate, up, down, biased }: GatedMlp): tf.Tensor {
  const [gated, upper] = linears(x, w, [gate, up], biased)
  return linear(tf.mul(silu(gated), upper), w, down, biased)
}

function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x))
}

/** The tanh form of GELU (Hendrycks and Gimpel 2016). */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))))
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
}
