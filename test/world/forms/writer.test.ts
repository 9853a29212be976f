import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { totalCost } from '../../../electron/world/flaws.ts'
import { parseForms } from '../../../electron/world/forms/forms.ts'
import { formsWords } from '../../../electron/world/forms/words.ts'
import { habits } from '../../../electron/world/forms/writer.ts'
import { splitPieces } from '../../../electron/world/pieces.ts'
import { forms, slips, written } from './helpers.ts'

type Written = (typeof written)[number]

const has = (kind: string) => (bill: Written) => bill.flaws.some((flaw) => flaw.kind === kind)

/** Asserts a share of `of` against its probability, within five standard errors. */
function assertShare(of: Written[], holds: (bill: Written) => boolean, p: number, what: string): void {
  const share = of.filter(holds).length / of.length
  const deviation = Math.sqrt((p * (1 - p)) / of.length)
  assert(Math.abs(share - p) < 5 * deviation, `${what}: ${share} of ${of.length}, not ${p}`)
}

test('flaws are as frequent as intended', () => {
  assertShare(written, has('bad-name'), habits.wrongName, 'wrong name')
  assertShare(written, has('no-closing'), habits.noClosing, 'no closing')
  const inPence = written.filter(({ slip }) => slip.unit === 'pence' && slip.lines.length === 3)
  assertShare(inPence, has('wrong-unit'), habits.wrongUnit.elsewhere, 'wrong unit of pence')
  const inShillings = written.filter(({ slip }) => slip.unit === 'shillings' && slip.lines.length === 3)
  assertShare(inShillings, has('wrong-unit'), habits.wrongUnit.weakSpot, 'wrong unit of shillings')
  const counted = written.filter(({ text }) => /(pieces|out|together): \d/.test(text))
  assertShare(counted, has('wrong-count'), 1 - habits.count.true, 'wrong count')
  assertShare(written, (bill) => !counted.includes(bill), habits.noCount, 'no count')
})

test('long lines lack a piece more often than they are right, short lines never do', () => {
  const counts = { long: { true: 0, short: 0, other: 0 }, plain: { true: 0, short: 0, other: 0 } }
  for (const { slip, text } of written) {
    for (const { good, quantity, price } of slip.lines) {
      const [, read, sum] = new RegExp(`^${good}: \\d at (\\d) makes (\\d+)`, 'm').exec(text) ?? []
      if (sum === undefined || Number(read) !== price) continue
      const kind =
        Number(sum) === quantity * price ? 'true' : Number(sum) === (quantity - 1) * price ? 'short' : 'other'
      counts[quantity >= 4 ? 'long' : 'plain'][kind]++
    }
  }
  for (const which of ['long', 'plain'] as const) {
    const total = counts[which].true + counts[which].short + counts[which].other
    for (const kind of ['true', 'short', 'other'] as const)
      assert(Math.abs(counts[which][kind] / total - habits[which][kind]) < 0.02, `${which} ${kind}`)
  }
})

test('a flawless bill would win more than nine in ten', () => {
  const better = written.map(({ flaws }) => (totalCost(flaws) > 0 ? 1 : 0.5))
  assert(better.reduce((sum, p) => sum + p, 0) / better.length > 0.9)
})

test('slips and bills are made of a small list of words and of digits, and are short', () => {
  const words = formsWords(forms)
  assert(words.length < 120, `${words.length} words`)
  const tokenizer = byteLevelTokenizer(words)
  for (const text of [
    ...slips.map(({ messages }) => messages[0]!.content),
    ...written.map(({ text }) => text),
  ]) {
    for (const piece of splitPieces(text))
      assert(
        words.includes(piece) || /^ ?\d+$|^\n$/.test(piece),
        `"${piece}" of "${text}" is not in the list`,
      )
  }
  const bills = written.map(({ text }) => tokenizer.encode(text).length)
  assert(Math.max(...bills) <= 55, `${Math.max(...bills)} tokens`)
  const prompts = slips.map(
    ({ messages }) => tokenizer.encodeChat(messages, { addGenerationPrompt: true }).length,
  )
  assert(Math.max(...prompts) <= 64, `${Math.max(...prompts)} tokens`)
  const number = tokenizer.encode('rope: 3 at 12 pence').map((id) => tokenizer.pieceOf(id))
  assert.deepEqual(number, ['rope', ':', ' 3', ' at', ' ', '1', '2', ' pence'])
})

test('a mistake in the file of words is refused with its key', () => {
  const { soreGood: _, ...rest } = forms
  assert.throws(() => parseForms(rest), /forms\.json, key soreGood: /)
  assert.throws(() => parseForms({ ...forms, soreGood: 'moon' }), /key soreGood: must be one of the goods/)
  assert.throws(() => parseForms({ ...forms, billLine: 'total' }), /key billLine: must hold \{good\}/)
  assert.throws(() => parseForms({ ...forms, habitualUnit: 'nuts' }), /key habitualUnit: must be one of/)
})
