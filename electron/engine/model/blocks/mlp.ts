/** The gated MLP. */
import * as tf from '@tensorflow/tfjs-core'
import type { TransformerConfig } from '../transformer-config.ts'
import type { Weights } from '../weights.ts'
import { activated } from './activations.ts'
import { linear, linears } from './linear.ts'

/** The linear layers of a gated MLP, by name, and what its gate goes through. */
export interface GatedMlp {
  gate: string
  up: string
  down: string
  activation: TransformerConfig['activation']
  biased: boolean
}

/** SwiGLU or GeGLU (Shazeer 2020): down(activation(gate(x)) up(x)). x (N, C) to the same */
export function gatedMlp(x: tf.Tensor, w: Weights, mlp: GatedMlp): tf.Tensor {
  const { gate, up, down, activation, biased } = mlp
  const [gated, upper] = linears(x, w, [gate, up], biased)
  return linear(tf.mul(activated(gated, activation), upper), w, down, biased)
}
