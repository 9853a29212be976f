/** What the reward models of a run say about responses, and the zero and unit in which it counts. */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { placements } from '../../contract/run-kinds/ppo-choices.ts'
import { chunksOf, type ResponseLengths } from '../../engine/training/batch.ts'
import type { Parts } from '../../engine/training/pauses.ts'
import { type EnsembleMember, ensembleScorer } from './ensemble.ts'
import { type RewardScale, type RewardScales, sequenceRewardScale, tokenRewardScale } from './rewards.ts'
import type { Sample } from './rollout.ts'

/** A trained reward model's judgement of responses. */
export interface ResponseScorer {
  /** @returns the reward of each response token, one array per response */
  tokenRewards(samples: readonly Sample[], batchSize: number, lengths: ResponseLengths): Float32Array[]
  sequenceScore(tokenRewards: Float32Array): number
}

export interface RewardSource {
  scorer: ResponseScorer
  /**
   * Mean reward of kept tokens on edits: the zero of token rewards. Null if the reward model does not say; then the mean
   * over the tokens of reference samples takes its place.
   */
  keptMean: number | null
}

export interface RewardSources extends RewardSource {
  /** Further reward models, which reward together with `scorer`. */
  ensemble: RewardSource[]
  /** The second reward model, of whole responses, for the placements that need one. */
  sequenceScorer: ResponseScorer | null
}

export interface Judgement {
  /** Of each token, one array per response. */
  tokenRewards: Float32Array[]
  /** Of each response: by the second reward model if there is one. */
  sequenceScores: number[]
}

/** Rows per forward pass, and the shape that they are padded to. */
interface Shape {
  chunk: number
  lengths: ResponseLengths
}

export class RewardModels {
  readonly #sources: RewardSources
  readonly #config: PpoConfig
  readonly #shape: Shape

  constructor(sources: RewardSources, config: PpoConfig, shape: Shape) {
    this.#sources = sources
    this.#config = config
    this.#shape = shape
  }

  /** @param memberScales of an ensemble; null with a single reward model */
  *judge(samples: readonly Sample[], memberScales: RewardScale[] | null): Parts<Judgement> {
    const { scorer: single, sequenceScorer } = this.#sources
    const scorer = memberScales
      ? ensembleScorer(this.#members(memberScales), this.#config.ensemblePenalty)
      : single
    const tokenRewards = yield* this.#read(scorer, samples)
    const read = sequenceScorer ? yield* this.#read(sequenceScorer, samples) : tokenRewards
    const sequenceScores = read.map((rewards) => (sequenceScorer ?? scorer).sequenceScore(rewards))
    return { tokenRewards, sequenceScores }
  }

  /** @param samples of the reference, on which zero and unit are measured */
  *scalesOn(samples: readonly Sample[]): Parts<RewardScales> {
    const { ensemble, keptMean, sequenceScorer } = this.#sources
    const memberScales = ensemble.length === 0 ? null : yield* this.#memberScales(samples)
    const { tokenRewards, sequenceScores } = yield* this.judge(samples, memberScales)
    const sequence = sequenceRewardScale(sequenceScores)
    if (!placements[this.#config.placement].rewardsTokens)
      return { scale: sequence, sequenceScale: null, memberScales }
    // Of an ensemble, the zero is what a reference token earns by disagreement alone: length costs nothing.
    const zero = memberScales ? yield* this.#meanPenalty(samples, memberScales) : keptMean
    return {
      scale: tokenRewardScale(tokenRewards, zero),
      sequenceScale: sequenceScorer ? sequence : null,
      memberScales,
    }
  }

  /** The zero and unit of each member of an ensemble, in which its rewards are compared with the others'. */
  *#memberScales(samples: readonly Sample[]): Parts<RewardScale[]> {
    const scales: RewardScale[] = []
    for (const { scorer, keptMean } of [this.#sources, ...this.#sources.ensemble]) {
      const rewards = yield* this.#read(scorer, samples)
      const scale = placements[this.#config.placement].rewardsTokens
        ? tokenRewardScale(rewards, keptMean)
        : sequenceRewardScale(rewards.map((each) => scorer.sequenceScore(each)))
      scales.push(scale)
    }
    return scales
  }

  /** Mean over the tokens of what the members' disagreement subtracts; not positive. */
  *#meanPenalty(samples: readonly Sample[], scales: readonly RewardScale[]): Parts<number> {
    const read = (penalty: number) => this.#read(ensembleScorer(this.#members(scales), penalty), samples)
    const less = (yield* read(this.#config.ensemblePenalty)).flatMap((row) => [...row])
    const mean = (yield* read(0)).flatMap((row) => [...row])
    return less.reduce((sum, reward, i) => sum + reward - mean[i]!, 0) / less.length
  }

  #members(scales: readonly RewardScale[]): EnsembleMember[] {
    return [this.#sources, ...this.#sources.ensemble].map(({ scorer }, i) => ({ scorer, scale: scales[i]! }))
  }

  /** A part for each batch. */
  *#read(scorer: Pick<ResponseScorer, 'tokenRewards'>, samples: readonly Sample[]): Parts<Float32Array[]> {
    const { chunk, lengths } = this.#shape
    const rewards: Float32Array[] = []
    for (const batch of chunksOf(samples, chunk)) {
      rewards.push(...scorer.tokenRewards(batch, chunk, lengths))
      yield
    }
    return rewards
  }
}
