/** The exact sign test: how surprising a split of wins and losses is if both sides are equally good. */
import assert from 'node:assert/strict'

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
