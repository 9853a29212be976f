import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  differenceOver,
  type FrontierPoint,
  preferencesAt,
  preferencesOver,
  sharedKls,
  winRateOver,
} from '../../../electron/pipeline/judge/frontier.ts'

const point = (kl: number, ...preferences: number[][]): FrontierPoint => ({ kl, preferences })
const key = { seed: 1, stream: 'test' }

test('arms are compared over the KLs that every arm has runs on both sides of', () => {
  const arms = [
    [point(2, [1]), point(6, [1])],
    [point(4, [1]), point(1, [1])],
  ]
  assert.deepEqual(sharedKls(arms), { low: 2, high: 4 })
})

test('if no KLs are shared, the largest that every arm reached is used', () => {
  assert.deepEqual(sharedKls([[point(1, [1]), point(2, [1])], [point(5, [1])]]), { low: 2, high: 2 })
})

test('over a range, preferences are averaged evenly', () => {
  const points = [point(2, [0]), point(4, [1])]
  assert.ok(Math.abs(preferencesOver(points, { low: 2, high: 4 })[0]![0]! - 0.5) < 1e-12)
  assert.ok(Math.abs(preferencesOver(points, { low: 3, high: 4 })[0]![0]! - 0.75) < 1e-12)
  assert.equal(preferencesOver(points, { low: 4, high: 4 })[0]![0], 1)
})

test('between two runs preferences are interpolated, whatever the order of the runs', () => {
  const points = [point(4, [1, 0], [1, 1]), point(2, [0, 0], [1, 0])]
  assert.deepEqual(preferencesAt(points, 3), [new Float64Array([0.5, 0]), new Float64Array([1, 0.5])])
  assert.deepEqual(preferencesAt(points, 4), [new Float64Array([1, 0]), new Float64Array([1, 1])])
})

test('below the first run they are interpolated to the reference, which ties with itself', () => {
  assert.deepEqual(preferencesAt([point(4, [1, 0])], 2), [new Float64Array([0.75, 0.25])])
})

test('where the start is given, they are interpolated to its preferences, and does not bound the range', () => {
  const points = [point(0, [0.75, 1]), point(4, [1, 0.5])]
  assert.deepEqual(preferencesAt(points, 2), [new Float64Array([0.875, 0.75])])
  assert.deepEqual(sharedKls([points, [point(0, [0.75, 1]), point(1, [1, 1]), point(3, [1, 1])]]), {
    low: 3,
    high: 3,
  })
})

test('no figure is extrapolated beyond the KL that an arm reached', () => {
  assert.throws(() => preferencesAt([point(4, [1])], 5), /reached/)
})

test('a win rate is in percent and inside its interval', () => {
  const { value, interval } = winRateOver([point(1, [1, 1, 0, 0.5, 1, 0, 1, 1])], { low: 1, high: 1 }, key)
  assert.equal(value, 68.75)
  assert(interval.low < value && value < interval.high)
})

test('a difference is paired: if every prompt gains the same, its interval has no width', () => {
  const hard = Array.from({ length: 40 }, (_, i) => (i % 2) / 2)
  const better = hard.map((p) => p + 0.25)
  const { value, interval } = differenceOver([point(1, better)], [point(1, hard)], { low: 1, high: 1 }, key)
  assert.deepEqual({ value, ...interval }, { value: 25, low: 25, high: 25 })
})
