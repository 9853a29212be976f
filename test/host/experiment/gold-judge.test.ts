/** An experiment judged by a gold reward model: no arm gets its training documents, and the record reports its quality. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { ResultRecord } from '../../../electron/contract/report.ts'
import { openHost } from '../../../electron/host/router.ts'
import { inputFile } from '../../../electron/host/runs/run-input.ts'
import { compiledRuntimeOrSkip, quickCompilation } from '../../invariant/compiled.ts'
import { neverTrip, writeToyFiles } from '../../invariant/toy-jobs.ts'
import { temporaryFolder } from '../entry/cli-process.ts'
import { makeToyProject } from '../toy-project.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const project = path.join(folder, 'toy.stet')
const lab = openHost({ onOutput: () => {} })
const host = createRouterClient(lab.router)
after(() => lab.close())

const training = { batchSize: 4, maxSteps: 3, learningRate: 1e-2, checkpointEvery: 0 }
const ppo = {
  totalSteps: 2,
  rolloutBatchSize: 6,
  maxNewTokens: 8,
  normalizationSamples: 6,
  checkpointEvery: 0,
  tripwires: neverTrip,
}

/** Ids of the items that a run trains on. */
function trainedOn(run: string): string[] {
  const rows = readFileSync(path.join(project, 'checkpoints', run, inputFile), 'utf8')
    .trim()
    .split('\n')
  return rows
    .map((row) => JSON.parse(row) as { item: { id: string }; split: string })
    .flatMap(({ item, split }) => (split === 'train' ? [item.id] : []))
}

async function experiment(policy: string): Promise<{ record: ResultRecord; sentences: string[] }> {
  const sentences: string[] = []
  const events = await host.verbs.experiment({
    project,
    policy,
    arms: ['sequence-edited', 'token'],
    judge: 'gold:0.4' as never,
    seeds: [1],
    heldout: 0.2,
    prompts: 8,
    reward: training,
    ppo,
  })
  for (;;) {
    const { done, value } = await events.next()
    if (done) return { record: value as ResultRecord, sentences }
    if (value.type === 'note') sentences.push(value.sentence)
  }
}

test('the gold judge learns from separate documents, judges every pair, and reports its quality', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  const files = await writeToyFiles(folder)
  await makeToyProject(host, project, 60)
  const { record } = await experiment(files.base)

  const runs = await host.runs.list({ project })
  const documents = new Map(runs.map(({ id, name }) => [name, trainedOn(id)]))
  const gold = new Set(documents.get('gold-judge'))
  const others = [...documents].filter(([name]) => name !== 'gold-judge')
  assert.equal(others.length, 4)
  for (const [name, ids] of others) {
    assert.ok(ids.length > gold.size, name)
    assert.deepEqual(
      ids.filter((id) => gold.has(id)),
      [],
      name,
    )
  }

  const { judge } = record.settings.setting as unknown as { judge: { kind: string; model: string } }
  assert.equal(judge.kind, 'reward')
  assert.ok(existsSync(path.join(judge.model, 'config.json')))
  assert.match(
    record.judge.description,
    /^Every pair was judged in both orders by a reward model trained on 40% of the training documents, which no arm got. It orders \d+\.\d% of \d+ held-out pairs correctly\.$/,
  )
  assert.match(record.notes.join(' '), /A reward model judged\..* read samples/)

  const again = await experiment(files.base)
  assert.ok(
    again.sentences.includes(
      `Reusing finished run ${runs.find(({ name }) => name === 'gold-judge')!.id} for gold-judge.`,
    ),
  )
  assert.deepEqual(again.record.arms, record.arms)
})
