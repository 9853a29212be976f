/**
 * From what the reward model says to the reward of every response token. Pure functions of row-major (B, T)
 * arrays; `responseMask` is 1 at response tokens, and what stands elsewhere is never read.
 */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'

/** How rewards are centred and scaled, taken once before training. */
export interface RewardScale {
  /** token placement: mean reward of kept tokens on held-out edits; sequence placement: mean score on the reference. */
  center: number
  /** Deviation over reference samples of the response's centred sum (token) or score (sequence). */
  deviation: number
}

/** KL of each token by the k1 estimator, log π - log π_ref: may be negative, never clamped. */
export function klPerToken(
  logprobs: Float32Array,
  refLogprobs: Float32Array,
  responseMask: Float32Array,
): Float32Array {
  return responseMask.map((m, i) => (m ? logprobs[i]! - refLogprobs[i]! : 0))
}

/** The k3 estimator, e^-d - 1 + d with d = log π - log π_ref (Schulman 2020): positive, low variance; reported only. */
export function klK3PerToken(
  logprobs: Float32Array,
  refLogprobs: Float32Array,
  responseMask: Float32Array,
): Float32Array {
  return klPerToken(logprobs, refLogprobs, responseMask).map((d, i) =>
    responseMask[i] ? Math.exp(-d) - 1 + d : 0,
  )
}

function clip(x: number, limit: number | null): number {
  return limit === null ? x : Math.max(-limit, Math.min(limit, x))
}

/**
 * token placement: clip((r_t - r̄_kept) / σ) at every response token.
 * @param tokenRewards (B, T) from the reward model
 */
export function tokenScores(
  tokenRewards: Float32Array,
  responseMask: Float32Array,
  scale: RewardScale,
  limit: number | null,
): Float32Array {
  return responseMask.map((m, i) =>
    m ? clip((tokenRewards[i]! - scale.center) / scale.deviation, limit) : 0,
  )
}

/**
 * sequence placement: the normalised score on the last response token, zero before it.
 * @param scores (B)
 */
export function sequenceScores(
  scores: ArrayLike<number>,
  responseMask: Float32Array,
  length: number,
  scale: RewardScale,
  limit: number | null,
): Float32Array {
  return responseMask.map((_, i) => {
    if (!isLast(responseMask, i, length)) return 0
    return clip((scores[Math.floor(i / length)]! - scale.center) / scale.deviation, limit)
  })
}

/** Whether position i of a (B, T) mask is the last masked one of its row. */
export function isLast(responseMask: Float32Array, i: number, length: number): boolean {
  return responseMask[i] === 1 && (i % length === length - 1 || responseMask[i + 1] === 0)
}

/**
 * Pays the sum of each segment at its last token instead of token by token.
 * @param segmentEnd (B, T) 1 where a segment ends
 */
export function sumOverSegments(
  rewards: Float32Array,
  segmentEnd: Float32Array,
  responseMask: Float32Array,
  length: number,
): Float32Array {
  let sum = 0
  return rewards.map((reward, i) => {
    if (i % length === 0) sum = 0
    if (!responseMask[i]) return 0
    sum += reward
    if (!segmentEnd[i] && !isLast(responseMask, i, length)) return 0
    const paid = sum
    sum = 0
    return paid
  })
}

/** Takes the penalty from the last token of each response that did not end by EOS. */
export function penalizeMissingEos(
  scores: Float32Array,
  ended: readonly boolean[],
  responseMask: Float32Array,
  length: number,
  penalty: number,
): Float32Array {
  return scores.map((score, i) => {
    const missing = isLast(responseMask, i, length) && !ended[Math.floor(i / length)]
    return missing ? score - penalty : score
  })
}

/** rewards_t = score_t - klCoef · kl_t */
export function withKlPenalty(scores: Float32Array, kl: Float32Array, klCoef: number): Float32Array {
  return scores.map((score, i) => score - klCoef * kl[i]!)
}

/**
 * The reward scale (this project's own, see docs/PAPER.md), from rewards on reference samples.
 * @param samples token rewards of each reference response
 * @param keptMean mean reward of kept tokens on held-out edits
 */
export function tokenRewardScale(samples: readonly Float32Array[], keptMean: number): RewardScale {
  const sums = samples.map((rewards) => rewards.reduce((sum, r) => sum + r - keptMean, 0))
  return { center: keptMean, deviation: deviationOf(sums) }
}

/** @param scores the sequence score of each reference response */
export function sequenceRewardScale(scores: readonly number[]): RewardScale {
  return { center: scores.reduce((a, b) => a + b, 0) / scores.length, deviation: deviationOf(scores) }
}

/** Population standard deviation; 1 where all values are the same. What is not finite stays so, and is seen. */
function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
  return deviation === 0 ? 1 : deviation
}

/** Ziegler et al. 2019, section 2.2: a proportional controller with its error clipped to ±0.2. */
export function adaptKlCoef(
  klCoef: number,
  kl: number,
  responses: number,
  adaptive: PpoConfig['adaptiveKl'],
): number {
  if (!adaptive) return klCoef
  const error = clip(kl / adaptive.target - 1, 0.2)
  return klCoef * (1 + (error * responses) / adaptive.horizon)
}
