/** The exact sign test: how surprising a split of wins and losses is if both sides are equally good, and its power. */
import assert from 'node:assert/strict'
import { confidenceLevel } from './confidence.ts'

/**
 * Two-sided p-value of `wins` against `losses` under Binomial(wins + losses, ½); ties are left out.
 * Without wins and losses it is 1.
 */
export function signTest(wins: number, losses: number): number {
  assert(Number.isInteger(wins) && Number.isInteger(losses) && wins >= 0 && losses >= 0)
  const n = wins + losses
  if (wins === losses) return 1
  const fewer = Math.min(wins, losses)
  let logChoose = 0
  let tail = 0
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k)
    tail += Math.exp(logChoose - n * Math.LN2)
  }
  return Math.min(1, 2 * tail)
}

/**
 * Probability that the test's p-value is at most 5% if each of `n` untied comparisons is won with probability `winShare`.
 * It rises and falls with n, since only some p-values are possible.
 */
export function signTestPower(n: number, winShare: number): number {
  assert(Number.isInteger(n) && n >= 0 && winShare > 0 && winShare < 1)
  let fewest = -1
  while (fewest + 1 < n / 2 && signTest(n - fewest - 1, fewest + 1) <= 1 - confidenceLevel + 1e-12) fewest++
  return atMost(fewest, n, winShare) + atMost(fewest, n, 1 - winShare)
}

/** P(X ≤ most) for X ~ Binomial(n, p). */
function atMost(most: number, n: number, p: number): number {
  let logChoose = 0
  let sum = 0
  for (let k = 0; k <= most; k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k)
    sum += Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p))
  }
  return sum
}
