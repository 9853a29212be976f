/** Scaled dot-product attention over this call's positions or the cache, with one query head or several per key head. */
import * as tf from '@tensorflow/tfjs-core'
import { callsNative, decodeAttention, writeCache } from '../../runtime/ops.ts'
import type { AttentionBiases } from './attention-bias.ts'
import type { LayerContext } from './forward-pass.ts'
import { softcapped } from './softcap.ts'

/** (B*T, heads*H) to (B, heads, T, H), with B and T of `ids` (B, T) */
export function splitHeads(x: tf.Tensor, ids: tf.Tensor, heads: number): tf.Tensor {
  const [b, t] = ids.shape as [number, number]
  return tf.transpose(tf.reshape(x, [b, t, heads, x.shape[1]! / heads]), [0, 2, 1, 3])
}

export interface AttentionHeads {
  /** (B, NH, T, H) */
  queries: tf.Tensor
  /** (B, NK, T, H) of this call's positions; each key head serves NH/NK query heads. */
  keys: tf.Tensor
  /** As `keys`. */
  values: tf.Tensor
}

/**
 * Writes keys and values to the cache, if there is one, and mixes the values of the positions that the layer sees:
 * all so far, or those within the sliding window.
 * @returns (B*T, NH*H)
 */
export function attend(heads: AttentionHeads, at: LayerContext<AttentionBiases>): tf.Tensor {
  const { cache, layer } = at
  const keys = cache ? writeCache(cache.keys[layer]!, heads.keys, cache.position) : heads.keys
  const values = cache ? writeCache(cache.values[layer]!, heads.values, cache.position) : heads.values
  return mix({ queries: heads.queries, keys, values }, at)
}

/** As `attend`, with keys and values (B, NK, S, H). */
function mix({ queries, keys, values }: AttentionHeads, at: LayerContext<AttentionBiases>): tf.Tensor {
  const { config, cache, shared } = at
  const [b, nh, t, h] = queries.shape as [number, number, number, number]
  const [nk, s] = [keys.shape[1]!, keys.shape[2]!]
  const group = nh / nk
  const scaled = tf.mul(queries, config.attentionScale ?? 1 / Math.sqrt(h))
  if (cache?.firstReal && callsNative() && config.attentionSoftcap === null)
    return decodeAttention({
      queries: scaled,
      keys,
      values,
      firstReal: firstVisible(at, cache.firstReal, cache.position),
      position: cache.position,
    })
  const attentionBias = isWindowed(at) ? shared.localBias! : shared.attentionBias
  const grouped = tf.reshape(scaled, [b, nk, group * t, h])
  const products = tf.reshape(tf.matMul(grouped, keys, false, true), [b, nk, group, t, s])
  const scores = softcapped(products, config.attentionSoftcap)
  const shares = tf.softmax(tf.add(scores, tf.expandDims(attentionBias, 1)))
  const mixed = tf.reshape(tf.matMul(tf.reshape(shares, [b, nk, group * t, s]), values), [b, nh, t, h])
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * t, nh * h])
}

/** Whether this layer sees less than the others. */
function isWindowed({ config, layer, shared }: LayerContext<AttentionBiases>): boolean {
  return shared.localBias !== undefined && config.localLayers.includes(layer)
}

/** int32 (B): first slot that the query in slot `position` sees */
function firstVisible(
  at: LayerContext<AttentionBiases>,
  firstReal: tf.Tensor,
  position: tf.Tensor,
): tf.Tensor {
  if (!isWindowed(at)) return firstReal
  return tf.maximum(firstReal, tf.sub(position, tf.scalar(at.config.slidingWindow! - 1, 'int32')))
}
