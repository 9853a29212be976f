import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adjustedPOf, recordSentence, resultSentence } from '../../electron/contract/result-sentence.ts'
import { isTimeToRest } from '../../renderer/judge/rest.ts'
import { inventedResult } from '../host/report/invented-result.ts'

const say = (winRate: number, low: number, high: number, sides = {}) =>
  resultSentence({
    candidate: 'aligned',
    reference: 'base',
    ...sides,
    summary: { winRate, interval: { low, high } },
  })
    .map(({ text, isFigure }) => (isFigure ? `*${text}*` : text))
    .join('')

test('a side is said to be better only if the interval leaves out one half', () => {
  assert.equal(say(64.23, 59.8, 68.4), 'aligned beats base in *64.2%* of pairs.')
  assert.equal(say(41, 36, 46.2), 'aligned loses to base: it wins *41.0%* of pairs.')
  assert.equal(say(52, 47, 57), 'aligned is not distinguished from base: it wins *52.0%* of pairs.')
  assert.match(say(55, 50, 60), /not distinguished/)
})

test('edits are not called models', () => {
  const sides = { candidate: null, reference: null }
  assert.equal(say(80, 70, 90, sides), 'The edit beats the original in *80.0%* of pairs.')
})

test('among several candidates the p-value over all of them must agree too', () => {
  assert.match(say(55, 50.4, 60, { adjustedP: 0.04 }), /^aligned beats/)
  assert.match(say(55, 50.4, 60, { adjustedP: 0.06 }), /^aligned is not distinguished/)
  const summary = (signTestP: number) => ({ ...inventedResult.arms[0]!, signTestP })
  const row = (evaluation: string, signTestP: number) => ({
    ...{ evaluation, candidate: evaluation, kl: null },
    summary: summary(signTestP),
  })
  const rows = [row('a', 0.02), row('b', 0.03), row('c', 0.5)]
  assert.equal(adjustedPOf({ rows, differences: [] }, 'a'), 0.06)
  assert.equal(adjustedPOf({ rows: [row('a', 0.02)], differences: [] }, 'a'), undefined)
})

test('the best other candidate is only called better or worse if the interval of the difference leaves out 0', () => {
  const rival = (value: number, low: number, high: number) => ({
    name: 'dpo',
    value,
    interval: { low, high },
  })
  const about = (winRate: number, low: number, high: number, other: ReturnType<typeof rival>) =>
    resultSentence(
      { candidate: 'aligned', reference: 'base', summary: { winRate, interval: { low, high } } },
      other,
    )
      .map(({ text, isFigure }) => (isFigure ? `*${text}*` : text))
      .join('')
  assert.equal(
    about(64.2, 60, 68, rival(6.3, 1, 11)),
    'aligned beats base in *64.2%* of pairs, and dpo by *6.3 points*.',
  )
  assert.equal(
    about(52, 47, 57, rival(6.3, 1, 11)),
    'aligned is not distinguished from base: it wins *52.0%* of pairs, *6.3 points* more than dpo.',
  )
  assert.match(about(64.2, 60, 68, rival(-3, -5, -1)), /of pairs, \*3\.0 points\* fewer than dpo\.$/)
  assert.match(about(64.2, 60, 68, rival(2, -1, 5)), /of pairs\. It is not distinguished from dpo\.$/)
})

test('the answers of the check of a judge are not called models or edits', () => {
  const sides = { candidate: null, reference: null, kind: 'judge-check' }
  assert.equal(say(80, 70, 90, sides), 'Answer B beats answer A in *80.0%* of pairs.')
})

test('a session that was stopped claims only what the interval that allows for stopping shows', () => {
  const summary = { ...inventedResult.arms[0]!, winRate: 65, interval: { low: 55, high: 75 } }
  const anytime = { low: 45, high: 82, prompts: 30 }
  const record = {
    ...{ id: 'e', kind: 'blind', name: 'x', judge: 'ann', reference: 'base', candidate: 'aligned' },
    ...{ of: null, isCheck: false, canResume: false, createdAt: '', corrected: null, pairs: 60, summary },
    session: { decided: false, anytime, selfAgreement: null },
  }
  const start = (judged: number) => recordSentence({ ...record, judged })[0]!.text
  assert.match(start(30), /^aligned is not distinguished from base/)
  assert.match(start(60), /^aligned beats base/)
})

test('a rest is offered after every 40 verdicts', () => {
  assert.deepEqual([0, 1, 39, 40, 41, 80, 119, 120].filter(isTimeToRest), [40, 80, 120])
})
