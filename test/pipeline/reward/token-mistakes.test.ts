import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RewardedEdit } from '../../../electron/pipeline/reward/disagreement.ts'
import { tokenVerdict, worstTokens } from '../../../electron/pipeline/reward/token-mistakes.ts'

const edit: RewardedEdit = {
  rejected: { labels: [0, -1, -1, 0], rewards: [0, -1, 0.5, -0.2] },
  edited: { labels: [0, 1, 0], rewards: [0, 1, 0] },
  margin: 1,
}

test('a deleted token with a high reward lowers AUROC and F1', () => {
  // Bad: −1 and 0.5; good: 0, −0.2, 0, 1, 0. Of 10 pairs 5 + 1 are ranked correctly. Means −0.25 and −0.05 give the threshold −0.15:
  // −1 and −0.2 are called bad, of which one is; one of two bad ones is found.
  assert.deepEqual(tokenVerdict([edit]), { auroc: 0.6, f1: 0.5 })
})

test('without deleted tokens there is nothing to measure', () => {
  const untouched = { labels: [0, 0], rewards: [0, 1] }
  assert.deepEqual(tokenVerdict([{ rejected: untouched, edited: untouched, margin: 0 }]), {
    auroc: null,
    f1: null,
  })
  assert.deepEqual(tokenVerdict([]), { auroc: null, f1: null })
})

test('the token furthest from its label comes first, and only one per stretch', () => {
  // Kept ones have −0.05 on average, changed ones are 0.85 from it: z = −0.95/0.85, 0.55/0.85, 1.05/0.85.
  const worst = worstTokens([edit], 3)
  assert.deepEqual(
    worst.map(({ edit: index, side, token }) => [index, side, token]),
    [
      [0, 'rejected', 2],
      [0, 'edited', 1],
      [0, 'edited', 0],
    ],
  )
  assert.ok(Math.abs(worst[0]!.distance - (1 + 0.55 / 0.85)) < 1e-12)
})
