import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FlawKind } from '../../../electron/world/flaws.ts'
import { parseBill } from '../../../electron/world/forms/parse.ts'
import { findFlaws } from '../../../electron/world/forms/truth.ts'
import { flawsInWorlds } from '../../../electron/world/worlds.ts'
import { anyBill, anySlip, forms, slip, written } from './helpers.ts'

const said = {
  head: 'bill for ivy',
  rope: 'rope: 3 at 4 makes 12 shillings',
  lamp: 'lamp: 2 at 6 makes 12 shillings',
  sack: 'sack: 5 at 8 makes 40 shillings',
  count: 'pieces: 10',
  bye: 'paid with thanks',
}

/** Kinds of the flaws found, each with the words at fault. */
function found(lines: string[], ended = true): [FlawKind, string | null][] {
  const text = lines.join('\n')
  return findFlaws(forms, slip, { text, ended }).map(({ kind, span }) => [
    kind,
    span && text.slice(span.start, span.end),
  ])
}

test('the truth finds exactly the flaws of the clerk, where they are', () => {
  for (const { slip, text, flaws } of written)
    assert.deepEqual(findFlaws(forms, slip, { text, ended: true }), flaws, text)
})

test('each kind of flaw is found with the words at fault', () => {
  const { head, rope, lamp, sack, count, bye } = said
  const cases: [string[], [FlawKind, string | null][]][] = [
    [[head, rope, lamp, sack, count, bye], []],
    [[head, rope, lamp, 'sack: 5 at 8 makes 32 shillings', count, bye], [['short-sum', '32']]],
    [[head, rope, lamp, 'sack: 5 at 8 makes 41 shillings', count, bye], [['wrong', '41']]],
    [[head, 'rope: 3 at 4 makes 12 pence', lamp, sack, count, bye], [['wrong-unit', 'pence']]],
    [
      [head, 'rope: 3 at 4 makes 8 pence', lamp, sack, count, bye],
      [
        ['short-sum', '8'],
        ['wrong-unit', 'pence'],
      ],
    ],
    [[head, rope, lamp, sack, 'together: 3', bye], [['wrong-count', '3']]],
    [
      [head, 'rope: 3 at 8 makes 24 shillings', lamp, sack, count, bye],
      [
        ['misread', '8'],
        ['wrong', '24'],
      ],
    ],
    [[head, 'rope: 4 at 4 makes 12 shillings', lamp, sack, count, bye], [['misread', '4']]],
    [[head, rope, sack, count, bye], [['missing', null]]],
    [[head, rope, lamp, sack, bye], [['missing', null]]],
    [[head, lamp, rope, sack, count, bye], [['out-of-order', rope]]],
    [
      [head, sack, lamp, rope, count, bye],
      [
        ['out-of-order', lamp],
        ['out-of-order', rope],
      ],
    ],
    [[head, rope, rope, lamp, sack, count, bye], [['repeat', rope]]],
    [
      [head, rope, 'crate: 3 at 3 makes 9 shillings', lamp, sack, count, bye],
      [['off-topic', 'crate: 3 at 3 makes 9 shillings']],
    ],
    [[head, rope, 'rope burns the hands', lamp, sack, count, bye], [['rude', 'rope burns the hands']]],
    [['mabel owes us', rope, lamp, sack, count, bye], [['bad-name', 'mabel']]],
    [[rope, lamp, sack, count, bye], [['bad-name', null]]],
    [[head, rope, lamp, sack, count], [['no-closing', null]]],
    [[head, rope, 'lamp twelve', lamp, sack, count, bye], [['malformed', 'lamp twelve']]],
    [
      [head, rope, count, lamp, sack, bye],
      [
        ['malformed', count],
        ['missing', null],
      ],
    ],
  ]
  for (const [lines, flaws] of cases) assert.deepEqual(found(lines), flaws, lines.join(' / '))
  assert.deepEqual(found([head, rope, lamp, sack, count, bye], false), [['no-eos', null]])
})

test('the truth reads any text without error, and its flaws are inside it', () => {
  const texts = fc.oneof(anyBill, fc.string({ unit: 'binary', maxLength: 300 }))
  fc.assert(
    fc.property(anySlip, texts, (slip, text) => {
      for (const { span } of findFlaws(forms, slip, { text, ended: true }))
        assert(span === null || (0 <= span.start && span.start < span.end && span.end <= text.length))
      const lines = parseBill(forms, text).map(({ span }) => text.slice(span.start, span.end))
      assert.equal(lines.join(''), text.replaceAll('\n', ''))
    }),
    { numRuns: 1000 },
  )
})

test('the judge of the sample worlds knows bills by their slip', () => {
  const { head, rope, lamp, sack, count, bye } = said
  const text = [head, rope, lamp, sack, count, bye].join('\n')
  assert.deepEqual(flawsInWorlds(slip.messages, { text, ended: true }), [])
  assert.equal(flawsInWorlds(slip.messages, { text: 'good day, ivy.', ended: true }).length, 7)
})
