/** How the best of several responses is chosen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bestOfKl,
  canRateBy,
  indexOfBest,
  responseRating,
} from '../../../electron/pipeline/reward/best-of.ts'

test('a response is rated by the score of its scheme, or by its centred sum', () => {
  const rewards = [1, -2, 4]
  const rate = (scheme: 'bt-balanced' | 'sequence', by: 'score' | 'sum', centre = 0.5) =>
    responseRating(rewards, { scheme, by, centre })
  assert.deepEqual([rate('bt-balanced', 'score'), rate('sequence', 'score')], [1, 4])
  assert.deepEqual([rate('bt-balanced', 'sum'), rate('bt-balanced', 'sum', 0)], [1.5, 3])
  assert.deepEqual([canRateBy('sum', 'bt-balanced'), canRateBy('sum', 'sequence')], [true, false])
  assert(canRateBy('score', 'sequence'))
})

test('the first of the highest ratings is chosen, and responses without one never', () => {
  assert.equal(indexOfBest([-3, null, -1, -1]), 2)
  assert.equal(indexOfBest([null, -5]), 1)
  assert.equal(indexOfBest([null, null]), null)
})

/** KL from the uniform distribution over m ordered outcomes to the distribution of the highest of n draws, exactly. */
function exactKl(m: number, n: number): number {
  const share = (i: number) => ((i + 1) / m) ** n - (i / m) ** n
  return Array.from({ length: m }, (_, i) => share(i) * Math.log(share(i) * m)).reduce((a, b) => a + b, 0)
}

test('the KL of best of n is a bound that many different outcomes come close to', () => {
  for (const n of [1, 2, 4, 16]) {
    assert(exactKl(20, n) <= bestOfKl(n) + 1e-12)
    assert(Math.abs(exactKl(4000, n) - bestOfKl(n)) < 0.01, `${n}`)
  }
})
