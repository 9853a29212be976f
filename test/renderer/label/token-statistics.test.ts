import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  density,
  mostOftenWrong,
  nearestLabel,
  niceLimit,
  type RewardedToken,
  rewardByPosition,
  rewardedTokens,
  rewardScale,
} from '../../../renderer/label/token-statistics.ts'

const token = (text: string, label: -1 | 0 | 1, reward: number, position = 1): RewardedToken => ({
  text,
  label,
  reward,
  position,
})

test('tokens of both responses are collected with their positions, those without a reward left out', () => {
  const at = (text: string, label: number, reward: number | null) => ({ text, label, reward })
  const pair = {
    rejected: [at('a', 0, 0.1), at(' b', -1, -2)],
    edited: [at('a', 0, null), at(' c', 1, 2)],
  }
  assert.deepEqual(rewardedTokens([pair]), [token('a', 0, 0.1), token(' b', -1, -2, 2), token(' c', 1, 2, 2)])
})

test('a reward is nearest to a label on the model’s own scale, whose zero is the unchanged tokens', () => {
  const scale = rewardScale([token('a', 0, 10), token('b', -1, 6), token('c', 1, 14)])
  assert.deepEqual(scale, { unchanged: 10, size: 4 })
  assert.deepEqual(
    [7, 9, 11, 13].map((reward) => nearestLabel(reward, scale)),
    [-1, 0, 0, 1],
  )
})

test('words that are most often wrong come first, with their mean reward where they are wrong', () => {
  const tokens = [
    token(' the', -1, 0, 1),
    token('the', -1, 0.2, 2),
    token('the', -1, -2, 3),
    token('ship', 1, 0, 1),
    token('sea', 0, 0, 1),
  ]
  const wrong = mostOftenWrong(tokens, { unchanged: 0, size: 2 }, 5)
  assert.deepEqual(wrong, [
    { text: 'the', label: -1, reward: 0.1, times: 2, of: 3 },
    { text: 'ship', label: 1, reward: 0, times: 1, of: 1 },
  ])
})

test('a density is highest, at 1, where the values are', () => {
  const points = density([-1, -1, -1.02, -0.98, 1], [-2, 2])
  const [x, y] = points.reduce((best, point) => (point[1] > best[1] ? point : best))
  assert.equal(y, 1)
  assert.ok(Math.abs(x + 1) < 0.1, `the peak is at ${x}`)
  assert.deepEqual(density([], [-2, 2]), [])
})

test('rewards by position are means, and places with too few tokens are left out', () => {
  const tokens = [
    ...[1, 2, 3, 4, 5].map((reward) => token('a', 1, reward, 1)),
    token('b', 1, 9, 2),
    ...[1, 1, 1, 1, 1].map((reward) => token('c', -1, reward, 2)),
  ]
  assert.deepEqual(rewardByPosition(tokens, 1), [[1, 3]])
  assert.deepEqual(rewardByPosition(tokens, -1), [[2, 1]])
})

test('an axis ends at 1, 2 or 5 times a power of ten', () => {
  assert.deepEqual([0.7, 1, 1.2, 3, 7].map(niceLimit), [1, 1, 2, 5, 10])
})
