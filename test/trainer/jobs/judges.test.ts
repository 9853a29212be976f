/** The judge that watches a PPO run treats the policy and the reference alike. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { silentHooks } from '../../../electron/contract/events.ts'
import type { Job } from '../../../electron/contract/jobs.ts'
import type { JudgeSpec } from '../../../electron/contract/judge-kinds.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { byteLevelTokenizer, saveTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { writeRewardCard } from '../../../electron/pipeline/reward/card.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, writeToyModel } from '../../invariant/toy.ts'
import { type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles
let judges: Record<string, JudgeSpec>

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
  const tokenizer = byteLevelTokenizer(['cat', 'mat'])
  const other = path.join(folder, 'other-tokenizer')
  await writeToyModel(other, { scored: true, config: { vocab_size: tokenizer.vocabSize } })
  await saveTokenizer(tokenizer, other)
  await writeRewardCard(other, { scheme: 'bt-mean', keptMean: 0, tokenizerHash: tokenizer.hash })
  judges = {
    length: { kind: 'length', prefer: 'shorter' },
    regex: { kind: 'regex', pattern: 'a', flags: '' },
    'a reward model': { kind: 'reward', model: files.rewardModel },
    'a reward model with another tokenizer': { kind: 'reward', model: other },
  }
})

let runs = 0

/** Runs a PPO job. @returns its win rates, and the folder of its best policy */
async function winRates(
  judge: JudgeSpec,
  config: object,
  input = files.input,
): Promise<{ rates: number[]; bestFolder: string | null }> {
  const job = toyJob('ppo-shared', files, path.join(folder, `run-${runs++}`))
  const rates: number[] = []
  const emit = (event: JobEvent) => {
    const rate = event.type === 'step' ? event.metrics['judge/win_rate'] : undefined
    if (rate !== undefined) rates.push(rate)
  }
  const parsed = TrainingJob.parse({ ...job, input, judge, config: { ...job.config, ...config } })
  const result = await runJob(parsed, { emit, signal: new AbortController().signal })
  return { rates, bestFolder: (result as { bestFolder: string | null }).bestFolder }
}

for (const name of ['length', 'regex', 'a reward model', 'a reward model with another tokenizer']) {
  test(`judged by ${name}, an unchanged policy wins half of the pairs, and a changed one does not`, async () => {
    const still = await winRates(judges[name]!, { learningRate: 1e-12 })
    assert.deepEqual(still.rates, [50, 50, 50])
    const moved = await winRates(judges[name]!, { learningRate: 0.05, judgeEvery: 1 })
    assert.equal(moved.rates.length, 6)
    assert.ok(
      moved.rates.some((rate) => rate !== 50),
      `${moved.rates}`,
    )
  })
}

test('there may be more or fewer held-out prompts than rows of a rollout', async () => {
  for (const rolloutBatchSize of [2, 3, 7]) {
    const { rates } = await winRates(judges.length!, {
      learningRate: 1e-12,
      rolloutBatchSize,
      normalizationSamples: 2,
    })
    assert.deepEqual(rates, [50, 50, 50])
  }
})

test('the best policy is kept as a model that can be used', async () => {
  const { bestFolder } = await winRates(judges.length!, { learningRate: 0.05, judgeEvery: 1 })
  assert.ok(bestFolder !== null && existsSync(bestFolder))
  const prompts = [{ prompt: [{ role: 'user', content: 'where is the cat?' }], context: '' }]
  const sampling = {
    maxNewTokens: 4,
    temperature: 0,
    topK: 0,
    topP: 1,
    seed: 0,
    batchSize: 1,
    maxQueryTokens: 64,
  }
  const job = { kind: 'generate', model: bestFolder, prompts, ...sampling } as Job
  const result = await runJob(job, silentHooks())
  assert.equal((result as { rows: unknown[] }).rows.length, 1)
})

test('a judge by reference texts compares with those of the held-out rows, and leaves out rows without one', async () => {
  const rows = readFileSync(files.input, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const withTexts = rows.map((row, i) =>
    row.split === 'heldout' ? { ...row, references: i % 2 === 0 ? [] : ['the cat'] } : row,
  )
  const input = path.join(folder, 'with-texts.jsonl')
  writeFileSync(input, withTexts.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const judge: JudgeSpec = { kind: 'reference', metric: 'chrf', texts: 'either' }
  const still = await winRates(judge, { learningRate: 1e-12 }, input)
  assert.deepEqual(still.rates, [50, 50, 50])
  // Without a text there is no verdict, and so no rate.
  assert.deepEqual((await winRates(judge, { learningRate: 1e-12 })).rates, [])
})
