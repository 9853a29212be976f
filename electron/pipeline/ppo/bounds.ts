/**
 * What keeps rewards bounded: one row per choice. Scores are normalised, so a bound is in deviations of a reference
 * response's score. Row-major (B, T) arrays.
 */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { clip, mapResponses, type ResponseTokens } from './rewards.ts'

/** What bounds need besides the scores. */
export interface Limits {
  /** `rewardClip`: null does not limit. */
  limit: number | null
  /** Of the reward model's score on reference responses, in its own unit. */
  deviation: number
}

interface Bound {
  /** @param score of a whole response, or of its beginning */
  score(score: number, limits: Limits): number
  /** @param scores of each token (B, T) @returns the same, bounded */
  tokens(scores: Float32Array, tokens: ResponseTokens, limits: Limits): Float32Array
}

/**
 * - `response`: `rewardClip` limits what a response earns. Where the reward to go of any of its tokens is larger, all its
 *   token scores are scaled by one factor, so that their signs and proportions, the credit, stay as they are.
 * - `token`: `rewardClip` limits each single reward, so a long response may earn any amount.
 * - `par`: Preference As Reward (Fu et al. 2025, arXiv 2502.18770) pays the probability σ(s - s_ref) that the response
 *   beats a reference response, s in the unit of the reward model, where it is a log-odds for Bradley-Terry losses. They
 *   average over reference responses to the same prompt; here s_ref is the scale's centre. The probability is shifted
 *   and scaled by constants, to 0 with slope 1 at s_ref, so that `klCoef` keeps its meaning: (2 / σ_ref) tanh((s - s_ref) / 2).
 *   Token scores are scaled by one factor, so that they sum to that of their sum.
 */
export const bounds: Record<PpoConfig['rewardBound'], Bound> = {
  response: {
    score: (score, { limit }) => clip(score, limit),
    tokens: (scores, tokens, { limit }) =>
      mapResponses(scores, tokens, (row) => {
        const largest = largestReturn(row)
        return limit === null || largest <= limit ? row : row.map((score) => score * (limit / largest))
      }),
  },
  token: {
    score: (score, { limit }) => clip(score, limit),
    tokens: (scores, _tokens, { limit }) => scores.map((score) => clip(score, limit)),
  },
  par: {
    score: preferenceAsReward,
    tokens: (scores, tokens, limits) =>
      mapResponses(scores, tokens, (row) => {
        const sum = row.reduce((a, b) => a + b, 0)
        return sum === 0 ? row : row.map((score) => score * (preferenceAsReward(sum, limits) / sum))
      }),
  },
}

function preferenceAsReward(score: number, { deviation }: Pick<Limits, 'deviation'>): number {
  return (2 / deviation) * Math.tanh((deviation * score) / 2)
}

/** The largest size of an undiscounted reward to go; the first one is the sum. */
function largestReturn(row: Float32Array): number {
  let sum = 0
  let largest = 0
  for (let t = row.length - 1; t >= 0; t--) {
    sum += row[t]!
    largest = Math.max(largest, Math.abs(sum))
  }
  return largest
}
