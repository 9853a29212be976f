/** What a PPO step reports: metrics of its rollout, and a few of its responses token by token. */
import type { RunSample } from '../../contract/events.ts'
import type { StepMetrics } from '../../contract/metrics.ts'
import { repetition } from '../../engine/statistics/repetition.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { explainedVariance, maskedMean } from './advantages.ts'
import type { Credited } from './credit.ts'
import { klK3PerToken } from './rewards.ts'
import type { Rollout, Sample } from './rollout.ts'

/** What each response token was given (B, T). */
export interface TokenRewards {
  /** The reward model's part, normalised and placed. */
  scores: Float32Array
  kl: Float32Array
  /** Scores minus the KL penalty. */
  rewards: Float32Array
}

/** @param klCoef with which the rewards were made */
export function rolloutMetrics(
  rollout: Rollout,
  { scores, kl, rewards }: TokenRewards,
  { returns }: Credited,
  klCoef: number,
): StepMetrics {
  const { samples, batch, logprobs, refLogprobs, entropy, values } = rollout
  const perResponse = (grid: Float32Array) => grid.reduce((sum, x) => sum + x, 0) / samples.length
  const meanOf = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length
  return {
    'objective/kl': perResponse(kl),
    'objective/kl_k3': perResponse(klK3PerToken(logprobs, refLogprobs, batch.responseMask)),
    'objective/kl_coef': klCoef,
    'objective/entropy': maskedMean(entropy, batch.responseMask),
    'objective/scores': perResponse(scores),
    'objective/rlhf_reward': perResponse(rewards),
    ...(values && returns
      ? { 'val/explained_variance': explainedVariance(values, returns, batch.responseMask) }
      : {}),
    'response/length': meanOf((sample) => sample.response.length),
    'response/eos_rate': meanOf((sample) => Number(sample.ended)),
    'response/repetition': meanOf((sample) => repetition(sample.response)),
  }
}

/** Number of the best and of the worst responses that are recorded. */
const recordedPerSide = 2

/** @returns the responses with the highest and the lowest scores, best first */
export function recordedSamples(
  rollout: Rollout,
  { scores, kl }: Pick<TokenRewards, 'scores' | 'kl'>,
  advantages: Float32Array,
  tokenizer: Tokenizer,
): RunSample[] {
  const length = rollout.batch.responseLength
  const recorded = rollout.samples.map((sample, row) => {
    const at = (grid: Float32Array, t: number) => grid[row * length + t]!
    const tokens = sample.response.map((id, t) => ({
      text: tokenizer.pieceOf(id),
      reward: at(scores, t),
      value: rollout.values && at(rollout.values, t),
      advantage: at(advantages, t),
      kl: at(kl, t),
    }))
    return {
      promptId: sample.promptId,
      response: tokenizer.decode(sample.response, { skipSpecial: true }),
      tokens,
      score: tokens.reduce((sum, token) => sum + token.reward, 0),
      ended: sample.ended,
    }
  })
  recorded.sort((a, b) => b.score - a.score)
  return recorded.filter((_, i) => i < recordedPerSide || i >= recorded.length - recordedPerSide)
}
