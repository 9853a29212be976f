/** Generalised advantage estimation and whitening over a mask. Row-major (B, T) arrays, one reward per token. */
import type { ResponseTokens } from './rewards.ts'

export interface Advantages {
  advantages: Float32Array
  returns: Float32Array
}

/**
 * GAE (Schulman et al. 2016, eq. 16): δ_t = r_t + γ V_{t+1} - V_t, A_t = δ_t + γ λ A_{t+1}; the value after the
 * last response token is zero. Returns are A + V.
 */
export function gae(
  rewards: Float32Array,
  values: Float32Array,
  { responseMask, responseLength }: ResponseTokens,
  { gamma, gaeLambda }: { gamma: number; gaeLambda: number },
): Advantages {
  const advantages = new Float32Array(rewards.length)
  const returns = new Float32Array(rewards.length)
  let nextValue = 0
  let nextAdvantage = 0
  for (let i = rewards.length - 1; i >= 0; i--) {
    if (i % responseLength === responseLength - 1) nextValue = nextAdvantage = 0
    if (!responseMask[i]) continue
    const delta = rewards[i]! + gamma * nextValue - values[i]!
    nextAdvantage = delta + gamma * gaeLambda * nextAdvantage
    nextValue = values[i]!
    advantages[i] = nextAdvantage
    returns[i] = nextAdvantage + values[i]!
  }
  return { advantages, returns }
}

export function maskedMean(values: ArrayLike<number>, mask: Float32Array): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue
    sum += values[i]!
    count++
  }
  return count > 0 ? sum / count : 0
}

/** Population variance over the mask. */
export function maskedVariance(values: ArrayLike<number>, mask: Float32Array): number {
  const mean = maskedMean(values, mask)
  return maskedMean(
    Float64Array.from(values, (x) => (x - mean) ** 2),
    mask,
  )
}

/** (x - mean) / sqrt(variance + 1e-8) over the mask; zero elsewhere. */
export function whiten(values: Float32Array, mask: Float32Array): Float32Array {
  const mean = maskedMean(values, mask)
  const scale = 1 / Math.sqrt(maskedVariance(values, mask) + 1e-8)
  return values.map((x, i) => (mask[i] ? (x - mean) * scale : 0))
}

/** 1 - Var(returns - values) / Var(returns), over the mask; zero if returns do not vary. */
export function explainedVariance(values: Float32Array, returns: Float32Array, mask: Float32Array): number {
  const total = maskedVariance(returns, mask)
  return total === 0
    ? 0
    : 1 -
        maskedVariance(
          returns.map((r, i) => r - values[i]!),
          mask,
        ) /
          total
}
