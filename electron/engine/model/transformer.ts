/**
 * The forward pass of every model: hidden states by its family's building blocks (`families/`, `blocks/`), the output
 * matrix, and a scalar head. Pure functions of tensors, run compiled or op by op.
 *
 * Dimensions: B batch, T positions computed now, S positions attended to, C hidden size, V vocabulary. Parameter
 * names are Hugging Face's.
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { maskedScore } from './blocks/attention-bias.ts'
import type { KvCache, SequenceBatch } from './blocks/forward-pass.ts'
import * as blocks from './blocks/index.ts'
import { linear, transposedProduct } from './blocks/linear.ts'
import { softcapped } from './blocks/softcap.ts'
import type { ModelConfig } from './config.ts'
import { families } from './families/index.ts'
import type { Weights } from './weights.ts'

export type { KvCache, SequenceBatch }

/**
 * @param mask float32 (B, S): 1 at real tokens, 0 at padding
 * @returns bias (B, 1, S, S) under which a token sees itself and the real tokens before it
 */
export function causalBias(mask: tf.Tensor): tf.Tensor {
  const [b, s] = mask.shape as [number, number]
  const index = tf.range(0, s, 1, 'int32')
  const causal = tf.cast(tf.lessEqual(tf.expandDims(index, 0), tf.expandDims(index, 1)), 'float32') // (S, S)
  const visible = tf.mul(tf.reshape(causal, [1, 1, s, s]), tf.reshape(mask, [b, 1, 1, s]))
  return tf.mul(tf.sub(1, visible), maskedScore)
}

/**
 * Bias for one step of decoding: query at `position`, keys in slots firstReal[b] .. position.
 * @param firstReal int32 (B): first slot that is not padding
 * @returns (B, 1, 1, S)
 */
export function decodeBias(firstReal: tf.Tensor, position: tf.Tensor, slots: number): tf.Tensor {
  const slot = tf.reshape(tf.range(0, slots, 1, 'int32'), [1, slots])
  const visible = tf.logicalAnd(
    tf.greaterEqual(slot, tf.expandDims(firstReal, 1)),
    tf.lessEqual(slot, position),
  )
  return tf.reshape(tf.mul(tf.sub(1, tf.cast(visible, 'float32')), maskedScore), [
    firstReal.shape[0]!,
    1,
    1,
    slots,
  ])
}

/**
 * The transformer's output after its last normalisation.
 * @returns (B*T, C)
 */
export function hiddenStates(
  config: ModelConfig,
  weights: Weights,
  batch: SequenceBatch,
  cache?: KvCache,
): tf.Tensor {
  const { hiddenStates: forward, layerPrefix, parameters } = families[config.family]
  const layers = { prefix: layerPrefix, parameters: parameters(config).layer.map(({ name }) => name) }
  return forward(blocks, { config, weights, batch, cache, layers })
}

/**
 * @param hidden (N, C)
 * @returns logits (N, V)
 */
export function logitsOf(config: ModelConfig, weights: Weights, hidden: tf.Tensor): tf.Tensor {
  const logits = transposedProduct(logitInputs(config, hidden), outputMatrix(config, weights))
  return softcapped(logits, config.logitSoftcap)
}

/**
 * What is multiplied with the output matrix.
 * @param hidden (N, C)
 * @returns (N, C)
 */
export function logitInputs({ logitDivisor }: ModelConfig, hidden: tf.Tensor): tf.Tensor {
  return logitDivisor === 1 ? hidden : tf.div(hidden, logitDivisor)
}

/** (V, C) */
export function outputMatrix(config: ModelConfig, weights: Weights): tf.Tensor {
  assert(!config.headless, 'the model has no output matrix')
  const { embedding, outputMatrix: output } = families[config.family]
  return weights(config.tiedEmbeddings ? embedding : output)
}

/**
 * A scalar at each position (reward or value).
 * @param hidden (N, C)
 * @returns (N)
 */
export function scalarHead(weights: Weights, hidden: tf.Tensor): tf.Tensor {
  return tf.reshape(linear(hidden, weights, 'score', false), [hidden.shape[0]!])
}
