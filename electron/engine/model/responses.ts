/**
 * What a model says about responses: log-probability, entropy and scalar at each response token. Logits are made
 * only where they are needed. Tensor functions for use inside compiled ones.
 *
 * Dimensions: B rows, P query positions, T response positions, C hidden size.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { ResponseBatch } from '../training/batch.ts'
import type { ModelConfig } from './config.ts'
import { causalBias, hiddenStates, outputMatrix, scalarHead } from './transformer.ts'
import { tokenEntropy, tokenLogprobs, type VocabularyRows } from './vocabulary.ts'
import type { Weights } from './weights.ts'

/** A `ResponseBatch` as tensors: what compiled functions take. */
export type ResponseTensors = {
  /** int32 (B, P + T) */
  ids: tf.Tensor
  /** int32 (B, P + T) */
  positions: tf.Tensor
  /** float32 (B, P + T) */
  mask: tf.Tensor
  /** float32 (B, T) */
  responseMask: tf.Tensor
}

export function responseTensors(batch: ResponseBatch): ResponseTensors {
  const { rows, length, responseLength } = batch
  return {
    ids: tf.tensor2d(batch.ids, [rows, length], 'int32'),
    positions: tf.tensor2d(batch.positions, [rows, length], 'int32'),
    mask: tf.tensor2d(batch.mask, [rows, length]),
    responseMask: tf.tensor2d(batch.responseMask, [rows, responseLength]),
  }
}

/**
 * @param recomputeLayers compute each layer again in the backward pass and keep only its input
 * @returns (B, P + T, C)
 */
export function sequenceStates(
  config: ModelConfig,
  weights: Weights,
  { ids, positions, mask }: ResponseTensors,
  recomputeLayers = false,
): tf.Tensor {
  const batch = { ids, positions, attentionBias: causalBias(mask), recomputeLayers }
  const hidden = hiddenStates(config, weights, batch)
  return tf.reshape(hidden, [...ids.shape, config.hiddenSize])
}

/**
 * States from which each response token is predicted (the position before it).
 * @returns (B*T, C)
 */
export function statesBefore(states: tf.Tensor, responseLength: number): tf.Tensor {
  return responseColumns(states, responseLength, -1)
}

/**
 * States at each response token, which have seen it.
 * @returns (B*T, C)
 */
export function statesAt(states: tf.Tensor, responseLength: number): tf.Tensor {
  return responseColumns(states, responseLength, 0)
}

function responseColumns(states: tf.Tensor, responseLength: number, shift: number): tf.Tensor {
  const [rows, length, size] = states.shape as [number, number, number]
  const start = length - responseLength + shift
  return tf.reshape(tf.slice(states, [0, start, 0], [rows, responseLength, size]), [
    rows * responseLength,
    size,
  ])
}

/** int32 (B*T): the response's token ids */
export function responseIds({ ids, responseMask }: ResponseTensors): tf.Tensor {
  const [rows, length] = ids.shape as [number, number]
  const responseLength = responseMask.shape[1]!
  return tf.reshape(tf.slice(ids, [0, length - responseLength], [rows, responseLength]), [-1])
}

/**
 * @param temperature of the sampling
 * @returns (B, T): log-probability of each response token; zero at padding
 */
export function responseLogprobs(
  config: ModelConfig,
  weights: Weights,
  states: tf.Tensor,
  batch: ResponseTensors,
  temperature: number,
): tf.Tensor {
  return onResponses(tokenLogprobs(responseRows(config, weights, states, batch, temperature)), batch)
}

/** @returns (B, T): entropy in nats of the distribution each response token was drawn from; zero at padding */
export function responseEntropy(
  config: ModelConfig,
  weights: Weights,
  states: tf.Tensor,
  batch: ResponseTensors,
  temperature: number,
): tf.Tensor {
  return onResponses(tokenEntropy(responseRows(config, weights, states, batch, temperature)), batch)
}

function responseRows(
  config: ModelConfig,
  weights: Weights,
  states: tf.Tensor,
  batch: ResponseTensors,
  temperature: number,
): VocabularyRows {
  const hidden = statesBefore(states, batch.responseMask.shape[1]!)
  return { hidden, matrix: outputMatrix(config, weights), ids: responseIds(batch), temperature }
}

function onResponses(numbers: tf.Tensor, { responseMask }: ResponseTensors): tf.Tensor {
  return tf.mul(tf.reshape(numbers, responseMask.shape), responseMask)
}

/**
 * The scalar head at each response token (`at`: it has seen the token; `before`: it has not).
 * @returns (B, T); zero at padding
 */
export function responseScalars(
  weights: Weights,
  states: tf.Tensor,
  batch: ResponseTensors,
  where: 'at' | 'before',
): tf.Tensor {
  const { responseMask } = batch
  const pick = where === 'at' ? statesAt : statesBefore
  const scalars = scalarHead(weights, pick(states, responseMask.shape[1]!))
  return tf.mul(tf.reshape(scalars, responseMask.shape), responseMask)
}
