import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Draws } from '../../../electron/world/draws.ts'
import { type Care, editors } from '../../../electron/world/editors.ts'
import { editBill } from '../../../electron/world/forms/annotator.ts'
import { findFlaws } from '../../../electron/world/forms/truth.ts'
import { anyBill, anySlip, forms, slip, testDraws, written } from './helpers.ts'

const { perfect } = editors
const fixesNothing = Object.fromEntries(Object.keys(perfect.fix).map((kind) => [kind, 0])) as Care['fix']

test('a perfect editor leaves no flaw in a bill of the clerks', () => {
  for (const [i, { slip, text }] of written.entries()) {
    const edited = editBill(forms, slip, text, { draws: testDraws(10_000 + i), care: perfect })
    assert.deepEqual(findFlaws(forms, slip, { text: edited, ended: true }), [], `${text} -> ${edited}`)
  }
})

test('a perfect editor leaves no flaw in any text, and nothing to fix the second time', () => {
  const texts = fc.oneof(anyBill, fc.string({ unit: 'binary', maxLength: 200 }))
  fc.assert(
    fc.property(anySlip, texts, (slip, text) => {
      const edited = editBill(forms, slip, text, { draws: testDraws(0), care: perfect })
      assert.deepEqual(findFlaws(forms, slip, { text: edited, ended: true }), [], edited)
      assert.equal(editBill(forms, slip, edited, { draws: testDraws(1), care: perfect }), edited)
    }),
    { numRuns: 1000 },
  )
})

test('an editor who fixes nothing keeps any text byte for byte', () => {
  const care: Care = { ...perfect, fix: fixesNothing }
  fc.assert(
    fc.property(anySlip, anyBill, (slip, text) => {
      assert.equal(editBill(forms, slip, text, { draws: testDraws(0), care }), text)
    }),
  )
})

test('only the flaws change', () => {
  const text =
    'account of osric\nlamp: 2 at 6 makes 12 pence\nrope: 3 at 4 makes 8 pence\nrope burns the hands\nlamp: 2 at 6 makes 12 pence\n\ntogether: 3\npaid with thanks'
  const first: Draws = { chance: (p) => p > 0.5, pick: (options) => options[0]! }
  assert.equal(
    editBill(forms, slip, text, { draws: first, care: perfect }),
    'account of ivy\nrope: 3 at 4 makes 12 shillings\nlamp: 2 at 6 makes 12 shillings\nsack: 5 at 8 makes 40 shillings\n\ntogether: 10\npaid with thanks',
  )
})
