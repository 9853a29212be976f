import assert from 'node:assert/strict'
import { test } from 'node:test'
import { krippendorffAlpha } from '../../../electron/pipeline/annotate/agreement.ts'
import { readGolden } from '../../golden.ts'

interface Case {
  first: number[]
  second: number[]
  alpha: number
}

test('alpha equals that of the package krippendorff', () => {
  const cases = readGolden<Case[]>('agreement.json')
  assert.equal(cases.length, 6)
  for (const { first, second, alpha } of cases) {
    assert.ok(Math.abs(krippendorffAlpha(first, second)! - alpha) < 1e-12, `${alpha}`)
  }
})

test('full agreement is 1, and without any change there is nothing to agree on', () => {
  assert.equal(krippendorffAlpha([0, -1, 0], [0, -1, 0]), 1)
  assert.equal(krippendorffAlpha([0, 0], [0, 0]), null)
  assert.equal(krippendorffAlpha([], []), null)
})
