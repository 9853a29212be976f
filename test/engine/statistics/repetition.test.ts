import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repetition } from '../../../electron/engine/statistics/repetition.ts'

test('repetition is the share of 4-grams that occurred before', () => {
  assert.equal(repetition([1, 2, 3, 4, 5, 6]), 0)
  // The 4-grams of 1 2 1 2 1 2 1: 1212, 2121, 1212, 2121.
  assert.equal(repetition([1, 2, 1, 2, 1, 2, 1]), 0.5)
  assert.equal(repetition(Array(13).fill('la')), 0.9)
  assert.equal(repetition([1, 23, 4, 5, 12, 3, 4, 5]), 0)
})

test('a sequence of fewer than four units does not repeat itself', () => {
  for (const units of [[], [7], [7, 7, 7]]) assert.equal(repetition(units), 0)
  assert.equal(repetition([7, 7, 7, 7, 7]), 0.5)
})
