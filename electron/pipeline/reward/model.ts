/** A reward model scoring responses: token rewards and the sequence score, both by the scheme it was trained with. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { type Model, weightsOf } from '../../engine/model/model.ts'
import {
  type ResponseTensors,
  responseIds,
  responsePass,
  responseTensors,
  scalarsOf,
} from '../../engine/model/responses.ts'
import type { Weights } from '../../engine/model/weights.ts'
import { type CompiledFunction, compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import {
  mapInBatches,
  padResponses,
  type QueryResponse,
  type ResponseLengths,
} from '../../engine/training/batch.ts'
import { rewardOfScalar, sequenceScore } from './schemes.ts'

/** @returns (B, T): the head's output at each response token; zero at padding */
export function rewardScalars(
  model: Model,
  weights: Weights,
  batch: ResponseTensors,
  recomputeLayers = false,
): tf.Tensor {
  return scalarsOf(responsePass(model, weights, batch, recomputeLayers), 'at')
}

/**
 * As `rewardScalars`; at the token `skippedId`, the head's output at the token before it. Transformers pools at the last
 * token whose id is not that of padding, and with some models the end token has that id.
 * @returns (B, T); zero at padding
 */
function pooledScalars(model: Model, batch: ResponseTensors, skippedId: number): tf.Tensor {
  const pass = responsePass(model, weightsOf(model), batch)
  const isSkipped = tf.cast(tf.equal(responseIds(batch), skippedId), 'float32')
  const skipped = tf.reshape(isSkipped, batch.responseMask.shape)
  return tf.add(tf.mul(scalarsOf(pass, 'at'), tf.sub(1, skipped)), tf.mul(scalarsOf(pass, 'before'), skipped))
}

/** Scores responses with one compiled shape. */
export class RewardScorer {
  readonly scheme: RewardScheme
  readonly #padId: number
  readonly #fn: CompiledFunction<ResponseTensors, Tensors<'scalars'>>

  /**
   * @param padId fills batches
   * @param skippedId a token at which the score of the token before it is read
   */
  constructor(model: Model, scheme: RewardScheme, padId: number, skippedId: number | null = null) {
    this.scheme = scheme
    this.#padId = padId
    this.#fn =
      skippedId === null
        ? compile('reward_scalars', (batch) => ({ scalars: rewardScalars(model, weightsOf(model), batch) }))
        : compile('reward_pooled', (batch) => ({ scalars: pooledScalars(model, batch, skippedId) }))
  }

  /**
   * @returns the reward of each response token, one array per response
   * @throws UserError if a reward is not finite
   */
  tokenRewards(
    responses: readonly QueryResponse[],
    batchSize: number,
    lengths: ResponseLengths,
  ): Float32Array[] {
    const scalars = mapInBatches(
      responses,
      batchSize,
      (batch) => this.#fn.values(responseTensors(padResponses(batch, this.#padId, lengths))).scalars,
    )
    return scalars.map((row, i) => {
      const rewards = row.slice(0, responses[i]!.response.length)
      if (rewards.every(Number.isFinite)) return rewards.map((x) => rewardOfScalar(this.scheme, x))
      throw new UserError(
        'diverged',
        'The reward model gives rewards that are not finite: its training diverged. Lower the learning rate and resume from its last checkpoint.',
      )
    })
  }

  /** S(y) from the rewards of the response's tokens. */
  sequenceScore(tokenRewards: ArrayLike<number>): number {
    return sequenceScore(this.scheme, tokenRewards)
  }

  dispose(): void {
    this.#fn.dispose()
  }
}
