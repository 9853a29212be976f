/**
 * Token rewards of a language model: how much likelier it makes each token than the policy that PPO starts from does. A
 * model trained by DPO says with this ratio what it has learned about each token (Rafailov et al. 2024, "From r to Q*"),
 * and PPO on it is RTO (Zhong et al. 2024, arXiv 2404.18922). It needs no reward head, so it rewards with all that a
 * language model knows, such as which fact of the prompt comes next.
 */
import { type Model, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../engine/model/responses.ts'
import { type CompiledFunction, compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import {
  mapInBatches,
  padResponses,
  type QueryResponse,
  type ResponseLengths,
} from '../../engine/training/batch.ts'
import type { TokenScorer } from './derived.ts'

/** rₜ = log π(yₜ) − log π_start(yₜ), at temperature 1. @returns as many as the shorter of both has */
export function logRatios(model: ArrayLike<number>, start: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: Math.min(model.length, start.length) }, (_, t) => model[t]! - start[t]!)
}

/** Rewards by the ratio of two models, neither of which it owns. The score of a response is its sum. */
export class LikelihoodScorer implements TokenScorer {
  readonly #padId: number
  readonly #models: CompiledFunction<ResponseTensors, Tensors<'logprobs'>>[]

  /** @param padId fills batches */
  constructor(model: Model, start: Model, padId: number) {
    this.#padId = padId
    this.#models = [model, start].map((each) =>
      compile('reward_likelihood', (batch: ResponseTensors) => ({
        logprobs: logprobsOf(responsePass(each, weightsOf(each), batch)),
      })),
    )
  }

  tokenRewards(
    responses: readonly QueryResponse[],
    batchSize: number,
    lengths: ResponseLengths,
  ): Float32Array[] {
    const [own, start] = this.#models.map((model) =>
      mapInBatches(
        responses,
        batchSize,
        (batch) => model.values(responseTensors(padResponses(batch, this.#padId, lengths))).logprobs,
      ),
    )
    return responses.map(({ response }, i) => logRatios(own![i]!, start![i]!).subarray(0, response.length))
  }

  sequenceScore(tokenRewards: ArrayLike<number>): number {
    return Array.from(tokenRewards).reduce((sum, reward) => sum + reward, 0)
  }

  dispose(): void {
    for (const model of this.#models) model.dispose()
  }
}
