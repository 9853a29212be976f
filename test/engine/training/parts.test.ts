import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsOf } from '../../../electron/engine/training/batch.ts'

test('a list is divided into as many parts as asked for, whose sizes differ by one at most', () => {
  const sizes = (length: number, count: number) =>
    partsOf(
      Array.from({ length }, (_, i) => i),
      count,
    ).map((part) => part.length)
  assert.deepEqual(sizes(9, 6), [2, 2, 2, 1, 1, 1])
  assert.deepEqual(sizes(9, 2), [5, 4])
  assert.deepEqual(sizes(8, 4), [2, 2, 2, 2])
  assert.deepEqual(sizes(3, 5), [1, 1, 1], 'no part is empty')
  const list = [5, 6, 7, 8, 9, 10, 11]
  assert.deepEqual(partsOf(list, 3).flat(), list)
})
