/**
 * From the reward model's output to the reward of every response token. Pure functions of row-major (B, T) arrays;
 * `responseMask` is 1 at response tokens, and values elsewhere are never read.
 */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { ResponseBatch } from '../../engine/training/batch.ts'

/** Which positions of row-major (B, T) arrays are response tokens; T is `responseLength`. */
export type ResponseTokens = Pick<ResponseBatch, 'responseMask' | 'responseLength'>

/** How rewards are centred and scaled, measured once before training. */
export interface RewardScale {
  /** token placement: mean reward of kept tokens on training edits; sequence placement: mean score on the reference. */
  center: number
  /** Deviation over reference samples of the response's centred sum (token) or score (sequence). */
  deviation: number
}

/** The scales of a run's rewards. */
export interface RewardScales {
  /** Of the reward model. */
  scale: RewardScale
  /** Of the second reward model, which scores whole responses; null without one. */
  sequenceScale: RewardScale | null
  /** Of each member of an ensemble of reward models, the first included; null with a single one. */
  memberScales: RewardScale[] | null
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

/** @param limit null does not limit */
export function clip(x: number, limit: number | null): number {
  return limit === null ? x : Math.max(-limit, Math.min(limit, x))
}

/** (score - centre) / σ */
export function normalized(score: number, { center, deviation }: RewardScale): number {
  return (score - center) / deviation
}

/**
 * (r_t - r̄_kept) / σ at every response token.
 * @param tokenRewards (B, T) from the reward model
 */
export function tokenScores(
  tokenRewards: Float32Array,
  responseMask: Float32Array,
  scale: RewardScale,
): Float32Array {
  return responseMask.map((m, i) => (m ? normalized(tokenRewards[i]!, scale) : 0))
}

/**
 * The score of each response at its last token, zero before it.
 * @param scores (B)
 */
export function atLastToken(scores: ArrayLike<number>, tokens: ResponseTokens): Float32Array {
  return tokens.responseMask.map((_, i) =>
    isLast(tokens, i) ? scores[Math.floor(i / tokens.responseLength)]! : 0,
  )
}

/**
 * Maps the response tokens of each row, without the padding.
 * @param map gets the tokens of row `b`, and returns as many
 * @returns (B, T), zero off the mask
 */
export function mapResponses(
  grid: Float32Array,
  { responseMask, responseLength }: ResponseTokens,
  map: (row: Float32Array, b: number) => Float32Array,
): Float32Array {
  const out = new Float32Array(grid.length)
  for (let start = 0; start < grid.length; start += responseLength) {
    const length = responseMask.subarray(start, start + responseLength).reduce((sum, m) => sum + m, 0)
    out.set(map(grid.subarray(start, start + length), start / responseLength), start)
  }
  return out
}

/** Whether position i is the last response token of its row. */
function isLast({ responseMask, responseLength }: ResponseTokens, i: number): boolean {
  return responseMask[i] === 1 && (i % responseLength === responseLength - 1 || responseMask[i + 1] === 0)
}

/**
 * Gives the last token of each segment the sum of the segment's rewards, and zero to the others.
 * @param segmentEnd (B, T) 1 at the last token of a segment
 */
export function sumOverSegments(
  rewards: Float32Array,
  segmentEnd: Float32Array,
  tokens: ResponseTokens,
): Float32Array {
  let sum = 0
  return rewards.map((reward, i) => {
    if (i % tokens.responseLength === 0) sum = 0
    if (!tokens.responseMask[i]) return 0
    sum += reward
    if (!segmentEnd[i] && !isLast(tokens, i)) return 0
    const total = sum
    sum = 0
    return total
  })
}

/**
 * Subtracts the penalty at the last token of each response that did not end with EOS, after its reward was bounded: in
 * every placement such a response earns this much less, in deviations of a reference response's score.
 */
export function penalizeMissingEos(
  scores: Float32Array,
  ended: readonly boolean[],
  tokens: ResponseTokens,
  penalty: number,
): Float32Array {
  return scores.map((score, i) => {
    const isMissing = isLast(tokens, i) && !ended[Math.floor(i / tokens.responseLength)]
    return isMissing ? score - penalty : score
  })
}

/** rewards_t = score_t - klCoef · kl_t */
export function withKlPenalty(scores: Float32Array, kl: Float32Array, klCoef: number): Float32Array {
  return scores.map((score, i) => score - klCoef * kl[i]!)
}

/**
 * The reward scale (this project's own, see docs/PAPER.md), from rewards on reference samples.
 * @param samples token rewards of each reference response
 * @param keptMean mean reward of kept tokens on edits; if null, the mean over all tokens of the samples is the centre
 */
export function tokenRewardScale(samples: readonly Float32Array[], keptMean: number | null): RewardScale {
  const center = keptMean ?? meanOf(samples.flatMap((rewards) => [...rewards]))
  const sums = samples.map((rewards) => rewards.reduce((sum, r) => sum + r - center, 0))
  return { center, deviation: deviationOf(sums) }
}

/** @param scores the sequence score of each reference response */
export function sequenceRewardScale(scores: readonly number[]): RewardScale {
  return { center: meanOf(scores), deviation: deviationOf(scores) }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

/** Population standard deviation; 1 if all values are equal. A value that is not finite stays so, and is noticed. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
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
