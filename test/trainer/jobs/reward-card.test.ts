/** The zero of token rewards is measured on training edits. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import { silentHooks } from '../../../electron/contract/events.ts'
import type { Job } from '../../../electron/contract/jobs.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import { disposeModel } from '../../../electron/engine/model/model.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { commonLengths } from '../../../electron/engine/training/batch.ts'
import { labelPair } from '../../../electron/pipeline/label/labels.ts'
import { tokenRewardScale } from '../../../electron/pipeline/ppo/rewards.ts'
import type { RewardCard } from '../../../electron/pipeline/reward/card.ts'
import { rewardPairs } from '../../../electron/pipeline/reward/examples.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { openRewardModel, scorerOf } from '../../../electron/trainer/jobs/reward-card.ts'
import { temporaryFolder, toyRows, writeRows } from '../../invariant/toy.ts'
import { type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

async function trained(rows: ReturnType<typeof toyRows>, config: object = {}) {
  const run = path.join(folder, `run-${JSON.stringify(config).length}-${rows.length}`)
  const input = writeRows(`${run}.jsonl`, rows)
  const job = toyJob('reward', files, run)
  const parsed = TrainingJob.parse({ ...job, input, config: { ...job.config, ...config } })
  const { model } = (await runJob(parsed as Job, silentHooks())) as { model: string }
  return { model, card: JSON.parse(readFileSync(path.join(model, 'reward.json'), 'utf8')) as RewardCard }
}

/** Mean reward of the tokens of these rows that have the label 0. */
function meanOfKept(model: string, rows: ReturnType<typeof toyRows>): number {
  const reward = openRewardModel(model)
  const limits = { maxQueryTokens: 64, maxResponseTokens: 64, maxPositions: 128, pairs: 'edited' as const }
  const pairs = rewardPairs(rows, reward.tokenizer, limits, labelPair)
  const sides = [...pairs.train, ...pairs.heldout].flatMap(({ rejected, chosen }) => [rejected, chosen])
  const scorer = scorerOf(reward)
  const rewards = scorer.tokenRewards(sides, 4, commonLengths(sides))
  const kept = sides.flatMap(({ labels }, i) => [...rewards[i]!].filter((_, t) => labels[t] === 0))
  scorer.dispose()
  disposeModel(reward.model)
  return kept.reduce((a, b) => a + b, 0) / kept.length
}

test('with nothing held out, the mean of kept tokens is that of the training edits', async () => {
  const rows = toyRows(8)
  const { model, card } = await trained(rows)
  const expected = meanOfKept(model, rows)
  assert.ok(Math.abs(expected) > 1e-3, `${expected}`)
  assert.ok(Math.abs(card.keptMean! - expected) < 1e-5, `${card.keptMean} ${expected}`)
})

test('with edits held out, it is still that of the training edits', async () => {
  const rows = toyRows(8, 3)
  const { model, card } = await trained(rows)
  const of = (wanted: string) =>
    meanOfKept(
      model,
      rows.filter(({ split }) => split === wanted),
    )
  assert.ok(Math.abs(of('train') - of('heldout')) > 1e-3, 'the two differ')
  assert.ok(Math.abs(card.keptMean! - of('train')) < 1e-5)
})

test('a scheme that rewards no tokens has none', async () => {
  const { card } = await trained(toyRows(8), { scheme: 'sequence' })
  assert.equal(card.keptMean, null)
})

test('without one, PPO takes the mean over the tokens of reference samples for the zero', () => {
  const samples = [new Float32Array([1, 2]), new Float32Array([6])]
  assert.deepEqual(tokenRewardScale(samples, null), { center: 3, deviation: 3 })
  assert.deepEqual(tokenRewardScale(samples, 2), { center: 2, deviation: 2.5 })
})
