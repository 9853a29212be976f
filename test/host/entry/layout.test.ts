import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns, lines, shortened, sparkline } from '../../../electron/host/entry/cli/layout.ts'

test('columns are as wide as their longest cell, and rows have no trailing spaces', () => {
  assert.equal(
    columns([
      ['a', 'bb', ''],
      ['ccc', 'd', 'e'],
    ]),
    'a    bb\nccc  d   e',
  )
  assert.equal(columns([]), '')
})

test('a long name is cut between characters, a short one is not', () => {
  assert.equal(shortened('a'.repeat(40)), 'a'.repeat(40))
  assert.equal(shortened('😀'.repeat(300)), `${'😀'.repeat(39)}…`)
})

test('empty lines are left out', () => {
  assert.equal(lines('a', '', 'b'), 'a\nb')
})

test('a sparkline reaches from the minimum to the maximum, in at most 40 bars', () => {
  assert.equal(sparkline([0, 7, 3]), '▁█▄')
  assert.equal(sparkline([2, 2]), '▁▁')
  assert.equal(sparkline(Array.from({ length: 80 }, (_, i) => i)).length, 40)
})
