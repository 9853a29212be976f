import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleControl, styleOf } from '../../../electron/pipeline/judge/style-control.ts'
import golden from '../../golden/evidence.json' with { type: 'json' }

test("length, headers, list items and bold parts are counted as by Arena-Hard's patterns", () => {
  for (const { text, style } of golden.styles) assert.deepEqual(styleOf(text), style, JSON.stringify(text))
})

test("the style-controlled rate equals that of statsmodels' regression", () => {
  for (const { texts, preferences, rate } of golden.styledRates) {
    const pairs = texts.map(([reference, candidate], i) => ({
      reference: reference!,
      candidate: candidate!,
      preference: preferences[i]!,
    }))
    const { rate: actual } = styleControl(pairs)
    assert.ok(actual !== null && Math.abs(actual - rate) < 1e-4, `${actual} is not ${rate}`)
  }
})

/** 120 pairs of varying length; the candidate has a list on some. */
function pairsWith(preferenceOf: (i: number, listed: boolean) => number) {
  return Array.from({ length: 120 }, (_, i) => {
    const listed = i % 3 === 0
    const reference = `${listed ? '' : '- item\n'}${'w '.repeat(40)}`
    const candidate = `${listed ? '- item\n' : ''}${'w '.repeat(30 + ((i * 5) % 21))}`
    return { reference, candidate, preference: preferenceOf(i, listed) }
  })
}

test('verdicts that follow lists alone have an even rate at equal style', () => {
  // Lists win four times in five, on either side, so the raw rate is far from even.
  const pairs = pairsWith((i, listed) => (listed === Math.floor(i / 3) % 5 > 0 ? 1 : 0))
  const { rate } = styleControl(pairs)
  const raw = (100 * pairs.reduce((sum, { preference }) => sum + preference, 0)) / pairs.length
  assert.ok(raw < 42, `${raw}`)
  assert.ok(Math.abs(rate! - 50) < 3, `${rate}`)
})

test('where style decides every verdict the rate is withheld with a sentence', () => {
  const { rate, sentence } = styleControl(pairsWith((_, listed) => (listed ? 1 : 0)))
  assert.equal(rate, null)
  assert.match(sentence!, /Length and markdown together decide every verdict/)
  // The length-controlled rate's own sentence says it already.
  const byLength = pairsWith(() => 1).map((pair) => ({
    ...pair,
    preference: pair.candidate.length > pair.reference.length ? 1 : 0,
  }))
  assert.deepEqual(styleControl(byLength), { rate: null, sentence: null })
})
