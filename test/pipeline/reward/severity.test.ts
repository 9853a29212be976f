/** Minor changes teach less: which labels they weaken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeKind } from '../../../electron/contract/records.ts'
import { gapLabels } from '../../../electron/pipeline/reward/gaps.ts'
import { weightMinor } from '../../../electron/pipeline/reward/severity.ts'

/** Tokens of two characters each. */
const side = (labels: number[]) => ({
  ids: labels.map(() => 5),
  labels,
  offsets: labels.map((_, t): [number, number] => [2 * t, 2 * t + 2]),
})
const change = (start: number, end: number, severity: ChangeKind['severity']): ChangeKind => {
  return { start, end, kind: 'style', severity }
}

function weightedLabels(rejected: number[], edited: number[], changes: ChangeKind[]) {
  const labels = { itemId: 'item', tokenizerHash: '', rejected: side(rejected), edited: side(edited) }
  const weighted = weightMinor(labels, changes, 0.25)
  return [weighted.rejected.labels, weighted.edited.labels]
}

test('both sides of a minor change are weakened, and no other change', () => {
  assert.deepEqual(
    weightedLabels([0, -1, -1, 0, -1], [0, 1, 0, 1, 1], [change(2, 6, 'minor'), change(8, 10, 'major')]),
    [
      [0, -0.25, -0.25, 0, -1],
      [0, 0.25, 0, 1, 1],
    ],
  )
})

test('a change that only adds is found by its place, at the beginning and at the end too', () => {
  assert.deepEqual(weightedLabels([0, 0], [1, 0, 1, 0, 1], [change(0, 0, 'minor'), change(4, 4, 'minor')]), [
    [0, 0],
    [0.25, 0, 1, 0, 0.25],
  ])
})

test('a change that no one has sorted, or that is major in part, counts in full', () => {
  assert.deepEqual(weightedLabels([0, -1, -1], [0], []), [[0, -1, -1], [0]])
  assert.deepEqual(weightedLabels([0, -1, -1], [0], [change(2, 4, 'minor'), change(4, 6, 'major')]), [
    [0, -1, -1],
    [0],
  ])
})

test('the gap of a minor insertion is as weak as the insertion', () => {
  const [rejected, edited] = weightedLabels([0, 0], [0, 1, 0], [change(2, 2, 'minor')])
  assert.deepEqual(gapLabels(rejected!, edited!), [0, -0.25, 0])
})
