import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heatOf } from '../../../renderer/ui/heat.ts'

test('a reward is tinted by its sign and size, and one near zero is not', () => {
  assert.deepEqual(
    [-9, -1.2, -0.8, -0.1, 0, 0.1, 0.5, 0.9, 1.2].map((value) => heatOf(value, 1.2)),
    ['heat-n3', 'heat-n3', 'heat-n2', '', '', '', 'heat-p1', 'heat-p2', 'heat-p3'],
  )
  assert.equal(heatOf(null, 1), '')
  assert.equal(heatOf(Number.NaN, 1), '')
})
