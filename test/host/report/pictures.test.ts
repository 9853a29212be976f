import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EvaluationRecord } from '../../../electron/contract/judge.ts'
import { picturesOf } from '../../../electron/host/report/pictures.ts'
import { inventedResult } from './invented-result.ts'

const [first, second, third] = inventedResult.arms
const record = (name: string, candidate: string, summary: EvaluationRecord['summary']): EvaluationRecord => ({
  id: name,
  kind: 'win-rate',
  name,
  judge: 'world',
  reference: 'base',
  candidate,
  pairs: 512,
  summary,
  of: null,
  corrected: null,
  session: null,
  judged: 512,
  isCheck: false,
  canResume: false,
  createdAt: '',
})
const evaluations = [
  record('weak against base', 'weak', first!),
  record('strong against base', 'strong', second!),
  record('unrated against base', 'unrated', third!),
  record('unfinished', 'weak', null),
  { ...record('a judge before people', 'weak', third!), kind: 'judge-check' },
]
const ratings = [
  { model: 'strong', rating: 1060, low: 1020, high: 1100, pairs: 512 },
  { model: 'weak', rating: 940, low: 900, high: 1010, pairs: 512 },
]
const pictures = picturesOf({ evaluations, ratings, experiment: inventedResult })
const named = (name: string) => pictures.find((picture) => picture.name === name)!.svg

/** Every tag is closed, and nothing that looks like one is text. */
function assertWellFormed(svg: string): void {
  const open: string[] = []
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z][a-zA-Z0-9:-]*="[^"<>]*")*)(\/?)>/g
  assert.doesNotMatch(svg.replaceAll(tag, ''), /[<>]/)
  for (const [, closing, name, , whole] of svg.matchAll(tag)) {
    if (closing) assert.equal(open.pop(), name)
    else if (!whole) open.push(name!)
  }
  assert.deepEqual(open, [])
}

test('every result has a self-contained picture: no variables, no addresses, no scripts', () => {
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ['evaluations', 'ratings', 'reward-models', 'win-rates', 'over-steps', 'against-kl', 'frontier'],
  )
  for (const { svg, title } of pictures) {
    assertWellFormed(svg)
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" /)
    assert.doesNotMatch(svg.slice(60), /https?:|url\(|@import|var\(|undefined|NaN|Infinity|<script|<image/)
    assert.ok(svg.includes(`<title>${title}</title>`))
  }
})

test("evaluations are sorted by their candidates' ratings, then by win rate", () => {
  const names = [...named('evaluations').matchAll(/>([a-z]+) against base, world</g)].map(([, name]) => name)
  assert.deepEqual(names, ['strong', 'weak', 'unrated'])
  assert.match(named('evaluations'), /class="even"/)
})

test('a row shows its number, and its marker is hollow if the interval includes the baseline', () => {
  for (const { winRate, interval } of inventedResult.arms) {
    const text = `${winRate.toFixed(1)} (${interval.low.toFixed(1)} – ${interval.high.toFixed(1)})`
    assert.ok(named('win-rates').includes(text))
  }
  const hollow = named('win-rates').match(/marker hollow/g) ?? []
  const unclear = inventedResult.arms.filter(({ interval }) => interval.low <= 50 && interval.high >= 50)
  assert.equal(hollow.length, unclear.length)
  assert.match(named('ratings'), /1060 \(1020 – 1100\)/)
})

test('results with nothing to show have no picture, and hostile names stay text', () => {
  assert.deepEqual(picturesOf({ evaluations: [], ratings: [], experiment: null }), [])
  const hostile = `</title><script>alert("1")</script> & 'x' \u0000`
  const arms = inventedResult.arms.map((arm) => ({ ...arm, name: arm.name + hostile }))
  const infected = { ...inventedResult, arms, frontier: null }
  for (const { svg } of picturesOf({
    evaluations: [record(hostile, 'weak', first!)],
    ratings: [{ ...ratings[0]!, model: hostile }],
    experiment: infected,
  })) {
    assertWellFormed(svg)
  }
})
