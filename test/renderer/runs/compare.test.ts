import assert from 'node:assert/strict'
import { test } from 'node:test'
import { curvesAsCsv } from '../../../renderer/runs/curves-csv.ts'
import { outcomeRows, settingRows } from '../../../renderer/runs/differences.ts'

const run = (config: object, modelName: string, branch: { name: string; step: number } | null = null) => ({
  config: { modelName, job: { kind: 'ppo' as const, config: config as never, rewardModel: 'r' } },
  branch,
})

test('only settings that differ are compared, called as in the form, with their choices in words', () => {
  const rows = settingRows([
    run({ placement: 'token', klCoef: 0.1, seed: 1, loraRank: null }, 'a'),
    run({ placement: 'sequence', klCoef: 0.1, seed: 1, loraRank: 16 }, 'b'),
  ])
  assert.deepEqual(
    rows.map(({ label, values }) => [label, ...values]),
    [
      ['Where the reward is given', 'At each token', 'Once, at the end'],
      ['Rank of the adapters (LoRA)', 'none', '16'],
    ],
  )
  const [branched] = settingRows([run({}, 'a'), run({}, 'b', { name: 'a', step: 4 })])
  assert.deepEqual(branched?.values, ['–', 'a at step 4'])
})

test('outcomes come with their units, and only those that a run has', () => {
  const rates: [number, number][] = [
    [8, 55],
    [16, 60.04],
  ]
  const rows = outcomeRows([
    { series: { 'judge/win_rate': rates, 'objective/kl': [[16, 2.4]] }, times: [[1, 120]] },
    { series: {}, times: [] },
  ])
  assert.deepEqual(
    rows.map(({ label, values }) => [label, ...values]),
    [
      ['Best win rate', '60.0% at step 16', '–'],
      ['KL at the end', '2.4 nats', '–'],
      ['Time', '2 min', '–'],
    ],
  )
})

test('curves are one table: a row for each run and step, empty where nothing was measured', () => {
  const text = curvesAsCsv([
    { name: 'a, "b"', series: { loss: [[1, 0.5]], rate: [[2, 50]] } },
    { name: 'c', series: { loss: [[1, 0.25]] } },
  ])
  assert.equal(text, 'run,step,loss,rate\n"a, ""b""",1,0.5,\n"a, ""b""",2,,50\nc,1,0.25,\n')
})
