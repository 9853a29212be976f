/** A run that is branched from a kept checkpoint continues as its parent did, or as its changed settings say. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { runKinds } from '../../../electron/contract/run-kinds/index.ts'
import { openHost } from '../../../electron/host/router.ts'
import { listMarks, readMetrics } from '../../../electron/storage/index.ts'
import { quickCompilation } from '../../invariant/compiled.ts'
import { neverTrip, type ToyFiles, writeToyFiles } from '../../invariant/toy-jobs.ts'
import { allSamples } from '../../storage/all-samples.ts'
import { temporaryFolder } from '../entry/cli-process.ts'
import { makeToyProject } from '../toy-project.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const project = path.join(folder, 'toy.stet')
const lab = openHost({ onOutput: () => {} })
const host = createRouterClient(lab.router)
after(() => lab.close())
let files: ToyFiles

const supervised = { batchSize: 4, epochs: 3, maxSteps: 6, learningRate: 1e-2, checkpointEvery: 2 }
const ppo = {
  ...{ totalSteps: 6, rolloutBatchSize: 6, maxNewTokens: 8, normalizationSamples: 6, learningRate: 3e-3 },
  ...{ adaptiveKl: { target: 0.5, horizon: 20 }, checkpointEvery: 2, sampleEvery: 2, judgeEvery: 1 },
  tripwires: neverTrip,
}

before(async () => {
  files = await writeToyFiles(folder)
  await makeToyProject(host, project, 30)
})

async function resultOf<Result>(events: AsyncIterator<unknown, Result>): Promise<Result> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

const trainings = {
  sft: (name: string) => host.verbs['train sft']({ project, model: files.base, name, config: supervised }),
  reward: (name: string) =>
    host.verbs['train reward']({ project, model: files.base, name, config: supervised }),
  ppo: (name: string) =>
    host.verbs['train ppo']({
      ...{ project, policy: files.base, rewardModel: files.rewardModel, name },
      ...{ judge: 'length:longer' as never, config: ppo },
    }),
}

const folderOf = (run: string) => path.join(project, 'checkpoints', run)

/** Every file of a folder with its bytes. */
function bytesIn(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const whole = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  return Object.fromEntries(
    whole.sort().map((file) => [path.relative(root, file), readFileSync(file, 'base64')]),
  )
}

describe('with nothing changed it ends with its parent’s bytes', () => {
  for (const [kind, train] of Object.entries(trainings)) {
    test(kind, async () => {
      const parent = await resultOf(
        (await train(`${kind}-parent`)) as AsyncIterator<unknown, { run: string }>,
      )
      const kept = await host.runs.checkpoints({ project, run: parent.run })
      const [first, last] = [kept[0]!, kept.at(-1)!]
      assert.ok(first.step < 6 && last.step === 6, JSON.stringify(kept))
      const branch = await resultOf(
        await host.verbs.branch({ project, run: `${kind}-parent`, step: 4, name: `${kind}-branch` }),
      )
      assert.deepEqual([branch.state, branch.step, branch.name], ['done', 6, `${kind}-branch`])
      assert.deepEqual(
        bytesIn(path.join(folderOf(branch.run), 'model')),
        bytesIn(path.join(folderOf(parent.run), 'model')),
      )
      assert.deepEqual(
        bytesIn(path.join(folderOf(branch.run), 'step-00000006')),
        bytesIn(path.join(folderOf(parent.run), 'step-00000006')),
      )
      const { db } = await lab.lab.openProject(project)
      assert.deepEqual(readMetrics(db, branch.run), readMetrics(db, parent.run))
      assert.deepEqual(allSamples(db, branch.run), allSamples(db, parent.run))
      assert.deepEqual(
        readFileSync(path.join(folderOf(branch.run), 'input.jsonl'), 'utf8'),
        readFileSync(path.join(folderOf(parent.run), 'input.jsonl'), 'utf8'),
      )
      const { record, branch: from } = await host.runs.series({ project, run: branch.run })
      assert.equal(record.parentId, parent.run)
      assert.deepEqual(from, { run: parent.run, name: `${kind}-parent`, step: 4 })
      assert.equal(listMarks(db, branch.run).at(-1)?.kind, 'branched')
      if (kind !== 'ppo') return
      const best = kept.find(({ isBest }) => isBest)
      const rates = readMetrics(db, parent.run).filter(({ key }) => key === 'judge/win_rate')
      const highest = Math.max(...rates.map(({ value }) => value))
      assert.equal(best?.winRate, highest, 'the checkpoint with the best win rate is kept')
    })
  }
})

test('changed settings take effect after the checkpoint, and not before', async () => {
  const branch = await resultOf(
    await host.verbs.branch({
      ...{ project, run: 'ppo-parent', step: 4, name: 'harder' },
      config: { klCoef: 7, adaptiveKl: null, totalSteps: 8, tripwires: { maxKl: 100 } },
    }),
  )
  assert.equal(branch.step, 8)
  const { series, record } = await host.runs.series({ project, run: branch.run })
  const { series: before } = await host.runs.series({ project, run: 'ppo-parent' })
  const coefficients = series['objective/kl_coef']!
  assert.deepEqual(coefficients.slice(0, 4), before['objective/kl_coef']!.slice(0, 4))
  assert.deepEqual(
    coefficients.slice(4),
    [5, 6, 7, 8].map((step) => [step, 7]),
  )
  const { config } = record.config.job
  assert.deepEqual(config.tripwires, { ...neverTrip, maxKl: 100 })
  assert.equal(config.rolloutBatchSize, 6)
})

test('settings that affect the model or the data cannot change, and a branch needs a kept checkpoint', async () => {
  const branch = (input: object) => host.verbs.branch({ project, run: 'sft-parent', ...input })
  await assert.rejects(resultOf(await branch({ step: 3 })), {
    code: 'not_found',
    message: /has no checkpoint of step 3\. Choose one of steps 4, 6/,
  })
  await assert.rejects(resultOf(await branch({ config: { klCoef: 1 } })), {
    code: 'bad_input',
    message: /"klCoef" cannot change in a branch of a run of kind sft/,
  })
  await assert.rejects(branch({ config: { batchSize: 2 } }), {
    code: 'bad_input',
    message: /unknown key "batchSize"/,
  })
  await assert.rejects(resultOf(await branch({ name: 'sft-parent' })), { code: 'conflict' })
  for (const maxSteps of [2, 4])
    await assert.rejects(resultOf(await branch({ step: 4, config: { maxSteps } })), {
      code: 'bad_input',
      message: /has done 4 steps at that checkpoint, and the branch would end after [24]\. Raise maxSteps/,
    })
  await assert.rejects(
    resultOf(await host.verbs.branch({ project, run: 'ppo-parent', step: 4, config: { totalSteps: 3 } })),
    { message: /Raise totalSteps/ },
  )
  const { length } = await host.runs.list({ project })
  assert.equal(length, 7, 'a refused branch leaves no run')
  for (const { branchable: names } of Object.values(runKinds))
    for (const shape of ['batchSize', 'rolloutBatchSize', 'loraRank', 'maxQueryTokens', 'seed', 'placement'])
      assert.ok(!(names as readonly string[]).includes(shape), shape)
})

test('the marks of a tripwire and the times of steps are kept when a run is resumed', async () => {
  const config = { ...ppo, tripwires: { ...neverTrip, minEosRate: 0.99, maxKl: 0.001 } }
  const first = await resultOf(
    await host.verbs['train ppo']({
      ...{ project, policy: files.base, rewardModel: files.rewardModel, name: 'tripped', config },
    }),
  )
  assert.equal(first.state, 'paused')
  await resultOf(await host.verbs.resume({ project, run: first.run }))
  await resultOf(await host.verbs.resume({ project, run: first.run }))
  const { record, marks, times } = await host.runs.series({ project, run: first.run })
  assert.equal(record.state, 'done')
  assert.deepEqual(
    marks.map(({ kind }) => kind),
    ['tripwire', 'resumed', 'tripwire', 'resumed'],
  )
  assert.equal(marks[0]!.step, first.step)
  assert.equal(marks[0]!.sentence, first.reason)
  const sentences = marks.filter(({ kind }) => kind === 'tripwire').map(({ sentence }) => sentence)
  assert.ok(
    sentences.some((sentence) => /^KL rose to/.test(sentence)),
    sentences.join(' '),
  )
  assert.ok(
    sentences.some((sentence) => /ended with EOS/.test(sentence)),
    sentences.join(' '),
  )
  assert.deepEqual(
    times.map(([step]) => step),
    [1, 2, 3, 4, 5, 6],
  )
  assert.ok(times.every(([, seconds]) => seconds > 0 && seconds < 60))
})
