/** The activations of MLPs, and the gated MLP. */
import * as tf from '@tensorflow/tfjs-core'
import type { TransformerConfig } from '../transformer-config.ts'
import type { Weights } from '../weights.ts'
import { linear, linears } from './linear.ts'

/** The linear layers of a gated MLP, by name, and what its gate goes through. */
export interface GatedMlp {
  gate: string
  up: string
  down: string
  activation: TransformerConfig['activation']
  biased: boolean
}

/** By name; each x of any shape to the same. */
const activations: Record<TransformerConfig['activation'], (x: tf.Tensor) => tf.Tensor> = {
  silu,
  gelu_tanh: geluTanh,
}

/** SwiGLU or GeGLU (Shazeer 2020): down(activation(gate(x)) up(x)). x (N, C) to the same */
export function gatedMlp(x: tf.Tensor, w: Weights, mlp: GatedMlp): tf.Tensor {
  const { gate, up, down, activation, biased } = mlp
  const [gated, upper] = linears(x, w, [gate, up], biased)
  return linear(tf.mul(activations[activation](gated), upper), w, down, biased)
}

function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x))
}

/** The tanh form of GELU (Hendrycks and Gimpel 2016). */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))))
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
}
