/** An experiment whose judge compares with the items' edits: it judges and watches runs by them, and says what weakens it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
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

async function experiment(policy: string): Promise<ResultRecord> {
  const events = await host.verbs.experiment({
    project,
    policy,
    arms: ['token'],
    judge: 'reference:chrf' as never,
    seeds: [1, 2],
    heldout: 0.2,
    prompts: 8,
    reward: { batchSize: 4, maxSteps: 2, learningRate: 1e-2, checkpointEvery: 0 },
    ppo: {
      totalSteps: 2,
      rolloutBatchSize: 6,
      maxNewTokens: 8,
      normalizationSamples: 6,
      checkpointEvery: 0,
      judgeEvery: 1,
      tripwires: neverTrip,
    },
  })
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value as ResultRecord
  }
}

test('arms are judged by chrF to the edits, in training and at the end, and the record says what weakens it', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  const { base } = await writeToyFiles(folder)
  await makeToyProject(host, project, 60)
  const record = await experiment(base)
  const [arm] = record.arms
  assert.deepEqual([arm!.corpusScores?.metric, arm!.corpusScores?.n], ['chrF2', arm!.n])
  assert.ok(arm!.corpusScores!.reference > 0)
  assert.match(record.warnings!.join(' '), /Tripwires were switched off/)
  assert.doesNotMatch(record.warnings!.join(' '), /judge is a reward model/)
  assert.match(arm!.warnings.join(' '), /over 2 seeds/)
  assert.equal(record.winRateOverSteps[0]!.points.length, 2)
  const ppoRun = (await host.runs.list({ project })).find(({ kind }) => kind === 'ppo')!
  const rows = readFileSync(path.join(project, 'checkpoints', ppoRun.id, inputFile), 'utf8')
    .trim()
    .split('\n')
  for (const row of rows.map((line) => JSON.parse(line) as { split: string; references?: string[] }))
    assert.equal(row.references !== undefined, row.split === 'heldout')
})
