/** Measures of a reward model are null where the pairs cannot show them, never a stand-in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bestThreshold,
  rewardQuality,
  type ScoredPair,
  tokenF1,
} from '../../../electron/pipeline/reward/evaluate.ts'

function scoredPair(rejectedLabels: number[], chosenLabels: number[], rewards: number[][]): ScoredPair {
  const side = (labels: number[]) => ({ query: [1], response: labels.map(() => 2), labels })
  return {
    pair: { itemId: 'item', rejected: side(rejectedLabels), chosen: side(chosenLabels) },
    rejected: new Float32Array(rewards[0]!),
    chosen: new Float32Array(rewards[1]!),
  }
}

test('F1 and AUROC are both null if no token is bad', () => {
  const scored = [
    scoredPair(
      [0, 0],
      [0, 1, 0],
      [
        [0.5, -1],
        [0.5, 2, -1],
      ],
    ),
  ]
  const { tokens } = rewardQuality(scored, 'bt-changed')
  assert.equal(tokens!.auroc, null)
  assert.equal(tokenF1([0.5, -1], [0, 1], 0), null)
  assert.equal(tokenF1([0.5, -1], [-1, -1], 0), null)
  assert.ok(Number.isFinite(bestThreshold(scored)))
})

test('F1 counts tokens below the threshold against the label -1', () => {
  // Below 0: tokens 0, 1 and 3; bad: tokens 0, 2 and 3.
  assert.equal(tokenF1([-1, -2, 3, -4], [-1, 0, -1, -1], 0), 4 / 6)
})

test('the mean of kept tokens is null if none is kept, and theirs if some are', () => {
  const changed = scoredPair([-1], [1], [[-1], [1]])
  assert.equal(rewardQuality([changed], 'bt-changed').tokens!.keptMean, null)
  const mixed = scoredPair(
    [-1, 0],
    [1, 0],
    [
      [-9, 2],
      [9, 4],
    ],
  )
  assert.equal(rewardQuality([changed, mixed], 'bt-changed').tokens!.keptMean, 3)
})
