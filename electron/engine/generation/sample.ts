/** Choosing the next token from logits: in the graph for plain temperature sampling, in JS for top-k and top-p. */
import * as tf from '@tensorflow/tfjs-core'

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  temperature: number
  /** Keep only the k most likely tokens; 0 keeps all. */
  topK: number
  /** Keep the smallest set of most likely tokens whose probability reaches p; 1 keeps all. */
  topP: number
}

/**
 * Samples one token per row by inverting the cumulative distribution, in two levels so that no running sum over
 * the whole vocabulary is needed.
 * @param logits (B, V), already divided by the temperature
 * @param uniforms (B), in [0, 1)
 * @returns int32 (B)
 */
export function sampleInGraph(logits: tf.Tensor, uniforms: tf.Tensor): tf.Tensor {
  const [b, v] = logits.shape as [number, number]
  const block = Math.ceil(Math.sqrt(v))
  const padded = tf.pad(tf.softmax(logits), [
    [0, 0],
    [0, block * block - v],
  ])
  const blocks = tf.reshape(padded, [b, block, block])
  const upToBlock = runningSum(tf.sum(blocks, 2)) // (B, blocks)
  const total = tf.slice(upToBlock, [0, block - 1], [b, 1])
  const target = tf.mul(tf.expandDims(uniforms, 1), total)
  const blockIndex = countBelow(upToBlock, target, block)
  const chosen = tf.cast(tf.oneHot(blockIndex as tf.Tensor1D, block), 'float32') // (B, blocks)
  const before = tf.sub(
    tf.sum(tf.mul(chosen, upToBlock), 1, true),
    tf.sum(tf.mul(chosen, tf.sum(blocks, 2)), 1, true),
  )
  const inBlock = runningSum(tf.reshape(tf.matMul(tf.expandDims(chosen, 1), blocks), [b, block]))
  const blockTotal = tf.slice(inBlock, [0, block - 1], [b, 1])
  // Rounding must not move the target past the block's last possible token.
  const rest = tf.minimum(tf.sub(target, before), tf.mul(blockTotal, 1 - 2 ** -20))
  return tf.add(tf.mul(blockIndex, tf.scalar(block, 'int32')), countBelow(inBlock, rest, block))
}

/** Inclusive running sum along the last axis. (B, N) */
function runningSum(x: tf.Tensor): tf.Tensor {
  const n = x.shape[1]!
  const index = tf.range(0, n, 1, 'int32')
  const upper = tf.cast(tf.lessEqual(tf.expandDims(index, 1), tf.expandDims(index, 0)), 'float32')
  return tf.matMul(x, upper)
}

/** How many of a row's sums are at most the target: the index of the first sum above it. int32 (B) */
function countBelow(sums: tf.Tensor, target: tf.Tensor, limit: number): tf.Tensor {
  const count = tf.sum(tf.cast(tf.lessEqual(sums, target), 'int32'), 1)
  return tf.minimum(count, tf.scalar(limit - 1, 'int32'))
}

/**
 * Probabilities after temperature, top-k and top-p, in that order (Holtzman et al. 2020 for top-p).
 * @param logits one row
 * @returns probabilities, zero for tokens that were cut
 */
export function filteredProbabilities(
  logits: Float32Array,
  { temperature, topK, topP }: SamplingOptions,
): Float64Array {
  const scaled = Float64Array.from(logits, (x) => x / temperature)
  const order = [...scaled.keys()].sort((a, b) => scaled[b]! - scaled[a]!)
  const kept = topK > 0 ? order.slice(0, topK) : order
  const max = scaled[order[0]!]!
  const weights = kept.map((i) => Math.exp(scaled[i]! - max))
  const sum = weights.reduce((a, b) => a + b, 0)
  const probabilities = new Float64Array(logits.length)
  let mass = 0
  for (let n = 0; n < kept.length && (n === 0 || mass < topP * sum); n++) {
    probabilities[kept[n]!] = weights[n]!
    mass += weights[n]!
  }
  return probabilities.map((p) => p / mass)
}

/** The index at which the running sum of probabilities first passes `uniform`. */
export function sampleFrom(probabilities: Float64Array, uniform: number): number {
  let sum = 0
  let last = 0
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] === 0) continue
    sum += probabilities[i]!
    last = i
    if (sum > uniform) return i
  }
  return last
}
