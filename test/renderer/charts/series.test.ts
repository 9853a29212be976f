import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinSeries, smooth, stretched } from '../../../renderer/charts/series.ts'

test('series of different steps share one axis, with gaps where one has no value', () => {
  const joined = joinSeries([
    [
      [1, 10],
      [3, 30],
    ],
    [
      [2, 5],
      [3, 6],
    ],
  ])
  assert.deepEqual(joined, {
    steps: [1, 2, 3],
    columns: [
      [10, null, 30],
      [null, 5, 6],
    ],
  })
})

test('smoothing begins at the first value, keeps gaps and does not move a constant', () => {
  assert.deepEqual(
    smooth([4, null, 4, 4], 0.9).map((x) => x && Math.round(x * 1e9) / 1e9),
    [4, null, 4, 4],
  )
  const constant = Array.from({ length: 40 }, () => 0.1)
  assert.deepEqual(smooth(constant, 0.6), constant)
  const [first, second] = smooth([0, 1], 0.5)
  assert.deepEqual([first, second], [0, 0.5 / 0.75])
})

test('an axis is stretched to an extent by empty places, and only where it is shorter', () => {
  const joined = joinSeries([
    [
      [3, 1],
      [5, 2],
    ],
  ])
  assert.deepEqual(stretched(joined, [1, 9]), { steps: [1, 3, 5, 9], columns: [[null, 1, 2, null]] })
  assert.deepEqual(stretched(joined, [3, 5]), joined)
  assert.deepEqual(stretched(joinSeries([[]]), [1, 2]), { steps: [1, 2], columns: [[null, null]] })
})
