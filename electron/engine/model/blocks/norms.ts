/** Normalisations by the name of their parameters. */
import * as tf from '@tensorflow/tfjs-core'
import { rmsNorm as rmsNormOf } from '../../runtime/ops.ts'
import type { Weights } from '../weights.ts'

/** RMSNorm (Zhang and Sennrich 2019). x (N, C) to the same */
export function rmsNorm(x: tf.Tensor, w: Weights, name: string, eps: number): tf.Tensor {
  return rmsNormOf(x, w(`${name}.weight`), eps)
}

/** RMSNorm whose gain is stored less one: x times (1 + weight). x (N, C) to the same */
export function rmsNormLessOne(x: tf.Tensor, w: Weights, name: string, eps: number): tf.Tensor {
  return rmsNormOf(x, tf.add(w(`${name}.weight`), 1), eps)
}

/** LayerNorm (Ba et al. 2016). x (N, C) to the same */
export function layerNorm(x: tf.Tensor, w: Weights, name: string, eps: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)))
  return tf.add(tf.mul(scaled, w(`${name}.weight`)), w(`${name}.bias`))
}
