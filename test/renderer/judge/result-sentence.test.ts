import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTimeToRest } from '../../../renderer/judge/rest.ts'
import { resultSentence } from '../../../renderer/judge/result-sentence.ts'

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
  assert.match(say(52, 47, 57), /^aligned wins \*52\.0%\* of pairs against base: no difference is shown/)
  assert.match(say(55, 50, 60), /no difference/)
})

test('edits are not called models', () => {
  const sides = { candidate: null, reference: null }
  assert.equal(say(80, 70, 90, sides), 'The edit beats the original in *80.0%* of pairs.')
})

test('a rest is offered after every 40 verdicts', () => {
  assert.deepEqual([0, 1, 39, 40, 41, 80, 119, 120].filter(isTimeToRest), [40, 80, 120])
})
