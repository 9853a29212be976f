/** Gap labels: the token after each place where the edit only inserts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editedPair } from '../../../electron/pipeline/reward/examples.ts'
import { gapLabels } from '../../../electron/pipeline/reward/gaps.ts'

test('the token after an insertion is labelled, and EOS after one at the end', () => {
  assert.deepEqual(gapLabels([0, 0], [0, 1, 1, 0, 1]), [0, -1, -1])
  assert.deepEqual(gapLabels([0, 0], [1, 0, 0]), [-1, 0, 0])
  assert.deepEqual(gapLabels([], [1, 1]), [-1])
})

test('a replacement leaves no gap, also if it is longer than what it replaces', () => {
  assert.deepEqual(gapLabels([0, -1, 0], [0, 1, 1, 1, 0]), [0, -1, 0, 0])
  assert.deepEqual(gapLabels([0, -1], [0, 1, 1]), [0, -1, 0])
})

test('a deletion leaves no gap, nor does an unchanged text', () => {
  assert.deepEqual(gapLabels([0, -1, 0], [0, 0]), [0, -1, 0, 0])
  assert.deepEqual(gapLabels([0, 0], [0, 0]), [0, 0, 0])
})

test('only the rejected side of a pair has gaps, and only if they are asked for', () => {
  const side = (labels: number[]) => ({ ids: labels.map(() => 5), labels, offsets: [] })
  const labels = { itemId: 'item', tokenizerHash: '', rejected: side([0, 0]), edited: side([0, 1, 0]) }
  const withGaps = editedPair([1], labels, { eosId: 2, gapLabels: true })
  assert.deepEqual(
    [withGaps.rejected.labels, withGaps.chosen.labels],
    [
      [0, -1, 0],
      [0, 1, 0, 0],
    ],
  )
  const without = editedPair([1], labels, { eosId: 2 })
  assert.deepEqual(
    [without.rejected.labels, without.chosen.labels],
    [
      [0, 0, 0],
      [0, 1, 0, 0],
    ],
  )
})
