/**
 * What a model computes for responses: log-probability, entropy and scalar at each response token. Logits are computed
 * only if they are needed. Tensor functions for use inside compiled ones.
 *
 * Dimensions: B rows, P query positions, T response positions, C hidden size.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { ResponseBatch } from '../training/batch.ts'
import type { ModelConfig } from './config.ts'
import type { Model } from './model.ts'
import { causalBias, hiddenStates, logitInputs, outputMatrix, scalarHead } from './transformer.ts'
import { tokenEntropy, tokenKl, tokenLogprobs, type VocabularyRows } from './vocabulary.ts'
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

/** A forward pass over queries and responses, from which the functions below compute what is wanted for each token. */
export interface ResponsePass {
  config: ModelConfig
  weights: Weights
  batch: ResponseTensors
  /** (B, P + T, C) */
  states: tf.Tensor
}

/**
 * @param weights the model's: constant, or with the tensors that are differentiated
 * @param recomputeLayers compute each layer again in the backward pass and keep only its input
 */
export function responsePass(
  { config }: Model,
  weights: Weights,
  batch: ResponseTensors,
  recomputeLayers = false,
): ResponsePass {
  const { ids, positions, mask } = batch
  const hidden = hiddenStates(config, weights, {
    ids,
    positions,
    attentionBias: causalBias(mask),
    recomputeLayers,
  })
  return { config, weights, batch, states: tf.reshape(hidden, [...ids.shape, config.hiddenSize]) }
}

/**
 * @param temperature of the sampling
 * @returns (B, T): log-probability of each response token; zero at padding
 */
export function logprobsOf(pass: ResponsePass, temperature = 1): tf.Tensor {
  return onResponses(tokenLogprobs(vocabularyRows(pass, temperature)), pass)
}

/** @returns (B, T): entropy in nats of the distribution each response token was drawn from; zero at padding */
export function entropiesOf(pass: ResponsePass, temperature = 1): tf.Tensor {
  return onResponses(tokenEntropy(vocabularyRows(pass, temperature)), pass)
}

/** @returns (B, T): KL(reference ‖ pass) in nats over the vocabulary at each response token; zero at padding */
export function klFromReference(pass: ResponsePass, reference: ResponsePass): tf.Tensor {
  return onResponses(tokenKl(vocabularyRows(pass, 1), vocabularyRows(reference, 1)), pass)
}

/**
 * The scalar head at each response token (`at`: computed from the token too; `before`: from the tokens before it).
 * @returns (B, T); zero at padding
 */
export function scalarsOf(pass: ResponsePass, where: 'at' | 'before'): tf.Tensor {
  const states = where === 'at' ? statesAt(pass) : statesBefore(pass)
  return onResponses(scalarHead(pass.weights, states), pass)
}

/**
 * States from which each response token is predicted (the position before it).
 * @returns (B*T, C)
 */
export function statesBefore(pass: ResponsePass): tf.Tensor {
  return responseColumns(pass, -1)
}

/**
 * States at each response token, which depend on it.
 * @returns (B*T, C)
 */
function statesAt(pass: ResponsePass): tf.Tensor {
  return responseColumns(pass, 0)
}

function responseColumns({ states, batch }: ResponsePass, shift: number): tf.Tensor {
  const [rows, length, size] = states.shape as [number, number, number]
  const responseLength = batch.responseMask.shape[1]!
  const start = length - responseLength + shift
  return tf.reshape(tf.slice(states, [0, start, 0], [rows, responseLength, size]), [
    rows * responseLength,
    size,
  ])
}

function vocabularyRows(pass: ResponsePass, temperature: number): VocabularyRows {
  const { config, weights, batch } = pass
  const hidden = logitInputs(config, statesBefore(pass))
  const { logitSoftcap: softcap } = config
  return { hidden, matrix: outputMatrix(config, weights), ids: responseIds(batch), softcap, temperature }
}

/** int32 (B*T): the response's token ids */
export function responseIds({ ids, responseMask }: ResponseTensors): tf.Tensor {
  const [rows, length] = ids.shape as [number, number]
  const responseLength = responseMask.shape[1]!
  return tf.reshape(tf.slice(ids, [0, length - responseLength], [rows, responseLength]), [-1])
}

function onResponses(numbers: tf.Tensor, { batch: { responseMask } }: ResponsePass): tf.Tensor {
  return tf.mul(tf.reshape(numbers, responseMask.shape), responseMask)
}
