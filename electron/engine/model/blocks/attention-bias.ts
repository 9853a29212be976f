/** What each kind of layer may look at: everything before a token, or a window of positions that ends with it. */
import * as tf from '@tensorflow/tfjs-core'
import type { ForwardPass } from './forward-pass.ts'

/** Added to masked attention scores: far below any score, and far from overflowing float32. */
export const maskedScore = -1e9

/** Each (B, 1, T, S) or (1, 1, T, S): 0 if a query may look at a key, very negative if not. */
export interface AttentionBiases {
  attentionBias: tf.Tensor
  /** Of local layers; missing if the window hides nothing from them, or if there are none. */
  localBias?: tf.Tensor
}

/** The biases that `attend` chooses from by the layer; families pass them on to their layers. */
export function attentionBiases({ config, batch, cache }: ForwardPass): AttentionBiases {
  const { attentionBias } = batch
  const { slidingWindow, localLayers } = config
  const [t, s] = attentionBias.shape.slice(2) as [number, number]
  if (slidingWindow === null || localLayers.length === 0 || s <= slidingWindow) return { attentionBias }
  const steps = tf.range(0, t, 1, 'int32')
  const queries = tf.expandDims(cache ? tf.add(steps, cache.position) : steps, 1) // slots, as keys have them
  const keys = tf.expandDims(tf.range(0, s, 1, 'int32'), 0)
  const hidden = tf.lessEqual(keys, tf.sub(queries, tf.scalar(slidingWindow, 'int32'))) // (T, S)
  const window = tf.mul(tf.reshape(tf.cast(hidden, 'float32'), [1, 1, t, s]), maskedScore)
  return { attentionBias, localBias: tf.minimum(attentionBias, window) }
}
