import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricWords } from '../../../electron/contract/metric-words.ts'
import { metrics } from '../../../electron/contract/metrics.ts'
import {
  bestOf,
  leadingMetric,
  limitsOf,
  nextJudging,
  shownPoints,
  trendOf,
} from '../../../renderer/runs/outcomes.ts'

const config = (settings: object, judge: object | null = null) =>
  ({ config: { modelName: null, job: { kind: 'ppo', judge, config: settings } } }) as never

test('every metric has a title in words', () => {
  assert.deepEqual(Object.keys(metricWords).sort(), Object.keys(metrics).sort())
  for (const [key, { title }] of Object.entries(metricWords)) assert.doesNotMatch(title, /[_/]/, key)
})

test('shares are shown in percent', () => {
  assert.deepEqual(shownPoints({ 'response/eos_rate': [[1, 0.5]] }, 'response/eos_rate'), [[1, 50]])
})

test('the best checkpoint is the first with the highest win rate', () => {
  const rates: [number, number][] = [
    [8, 52],
    [16, 60],
    [24, 60],
  ]
  assert.deepEqual(bestOf({ 'judge/win_rate': rates }), { step: 16, winRate: 60 })
  assert.equal(bestOf({}), null)
})

test('a trend is put in words, and noise has none', () => {
  const rising = Array.from({ length: 40 }, (_, i): [number, number] => [i, i * 0.5])
  assert.equal(trendOf(rising), 'Rising, 0.5 a step')
  assert.equal(trendOf(rising.map(([step, value]) => [step, -value])), 'Falling, 0.5 a step')
  assert.equal(trendOf(rising.map(([step]) => [step, step % 2])), 'Steady')
  assert.equal(trendOf([[1, 2]]), null)
})

test('a run is judged by what was held out, once it was measured', () => {
  assert.equal(leadingMetric({ kind: 'ppo' }, {}), 'objective/scores')
  assert.equal(leadingMetric({ kind: 'ppo' }, { 'judge/win_rate': [[1, 50]] }), 'judge/win_rate')
})

test('the limits at which a run pauses are in the units of its charts', () => {
  const tripwires = { maxKl: 6, lengthChange: 0.5, maxRepetition: 0.5, minEosRate: null, judgeDrop: 0.1 }
  const limits = limitsOf(config({ tripwires }), {
    'response/length': [
      [1, 60],
      [2, 20],
    ],
    'judge/win_rate': [[8, 64]],
  })
  const values = Object.fromEntries(
    Object.entries(limits).map(([key, all]) => [key, all.map(({ value }) => value)]),
  )
  assert.deepEqual(values, {
    'objective/kl': [6],
    'response/repetition': [50],
    'response/length': [30, 90],
    'judge/win_rate': [54],
  })
  assert.deepEqual(limitsOf(config({}), {}), {})
})

test('the next judging is known while the run trains, at the latest at its end', () => {
  const settings = { judgeEvery: 8, totalSteps: 20 }
  assert.equal(nextJudging(config(settings, { kind: 'length' }), 8), 16)
  assert.equal(nextJudging(config(settings, { kind: 'length' }), 17), 20)
  assert.equal(nextJudging(config(settings), 8), null)
})
