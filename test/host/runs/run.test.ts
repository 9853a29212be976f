import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { type Host, openHost } from '../../../electron/host/router.ts'
import { listModels, listRuns, openProject, readMetrics } from '../../../electron/storage/index.ts'
import { allSamples } from '../../storage/all-samples.ts'
import { temporaryFolder, writeRows } from '../entry/cli-process.ts'

const folder = temporaryFolder()
const script = path.resolve(import.meta.dirname, '../../trainer/fake-training-trainer.ts')
const rows = Array.from({ length: 30 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` }))
writeRows(path.join(folder, 'demos.jsonl'), rows)

function withLab<Result>(work: (client: ReturnType<typeof clientOf>) => Promise<Result>): Promise<Result> {
  const lab = openHost({ script, onOutput: () => {} })
  return work(clientOf(lab)).finally(() => lab.close())
}

function clientOf(lab: Host) {
  return createRouterClient(lab.router).verbs
}

async function resultOf<Result>(events: AsyncIterator<unknown, Result>): Promise<Result> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

async function projectWithDemos(name: string): Promise<string> {
  const project = path.join(folder, name)
  await withLab(async (client) => {
    await client.init({ project })
    await resultOf(await client.import({ project, files: [path.join(folder, 'demos.jsonl')] }))
  })
  return project
}

/** Everything that a run has left in the project, but for ids and times. */
async function remainsOf(project: string) {
  const opened = await openProject(project)
  try {
    const [run] = listRuns(opened.db)
    const { id, state, seeds } = run!
    return {
      id,
      state,
      seeds,
      metrics: readMetrics(opened.db, id),
      samples: allSamples(opened.db, id),
      models: listModels(opened.db).map(({ kind, hashes }) => ({ kind, hashes })),
      input: readFileSync(path.join(project, 'checkpoints', id, 'input.jsonl'), 'utf8'),
    }
  } finally {
    opened.close()
  }
}

/** @param killAt the step at whose report the process is killed; null lets it end */
function runProcess(args: string[], killAt: number | null): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'run-process.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const reached = text.trim().split('\n').map(Number)
    if (killAt !== null && reached.some((step) => step >= killAt)) child.kill('SIGKILL')
  })
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)))
}

test('a run that is killed and resumed repeatedly leaves the same rows as an uninterrupted one', async () => {
  const whole = await projectWithDemos('whole.stet')
  assert.equal(await runProcess([whole], null), 0)
  const expected = await remainsOf(whole)
  assert.equal(expected.state, 'done')
  assert.equal(expected.metrics.filter(({ key }) => key === 'sft/loss').length, 60)

  const killed = await projectWithDemos('killed.stet')
  assert.equal(await runProcess([killed], 2), 'SIGKILL')
  for (const killAt of [9, 12, 13, 31, 58]) {
    const { id, state } = await remainsOf(killed)
    assert.equal(state, 'paused')
    await runProcess([killed, id], killAt)
  }
  const before = await remainsOf(killed)
  if (before.state !== 'done') assert.equal(await runProcess([killed, before.id], null), 0)
  const { id: _, ...remains } = await remainsOf(killed)
  const { id: __, ...wanted } = expected
  assert.deepEqual(remains, wanted)
})

test('a checkpoint whose step was recorded only in part is not resumed from', async () => {
  const project = await projectWithDemos('unrecorded.stet')
  await runProcess([project], 10)
  const { id, metrics } = await remainsOf(project)
  const last = metrics.at(-1)!.step
  // The trainer was ahead of what the host had time to store.
  const ahead = path.join(project, 'checkpoints', id, `step-${String(last + 5).padStart(8, '0')}`)
  mkdirSync(ahead, { recursive: true }) // a busy machine may have created it already
  writeFileSync(path.join(ahead, 'manifest.json'), JSON.stringify({ version: 1, step: last + 5, state: {} }))
  await runProcess([project, id], null)
  const { state, metrics: final } = await remainsOf(project)
  assert.equal(state, 'done')
  const steps = final.filter(({ key }) => key === 'sft/loss').map(({ step }) => step)
  assert.deepEqual(
    steps,
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
})

test('an aborted run pauses with a checkpoint and can be resumed in the same process', async () => {
  const project = await projectWithDemos('paused.stet')
  await withLab(async (client) => {
    const call = new AbortController()
    const config = { epochs: 60, checkpointEvery: 50 }
    const events = await client['train sft'](
      { project, model: 'world', name: 'base', config },
      { signal: call.signal },
    )
    await events.next()
    await events.next()
    call.abort()
    const paused = await resultOf(events)
    assert.equal(paused.state, 'paused')
    assert(paused.step < 60)
    const done = await resultOf(await client.resume({ project, run: paused.run }))
    assert.deepEqual([done.state, done.step, done.name], ['done', 60, 'base'])
    await assert.rejects(resultOf(await client.resume({ project, run: paused.run })), { code: 'conflict' })
    await assert.rejects(resultOf(await client['train sft']({ project, model: 'world', name: 'base' })), {
      code: 'conflict',
      message: /already has a model "base"/,
    })
  })
  const { metrics } = await remainsOf(project)
  assert.equal(metrics.filter(({ key }) => key === 'sft/loss').length, 60)
})

test('a run that runs out of memory pauses with its checkpoint, reports it, and resumes in a new process', async () => {
  const project = await projectWithDemos('exhausted.stet')
  process.env.FAKE_OUT_OF_MEMORY_AT = '45'
  await withLab(async (client) => {
    const config = { epochs: 60, checkpointEvery: 20 }
    const events = await client['train sft']({ project, model: 'world', name: 'base', config })
    await assert.rejects(resultOf(events), {
      code: 'out_of_memory',
      message: /Memory ran out.* Paused; the checkpoint of step 40 is kept\. Resume with: stet resume /,
    })
    delete process.env.FAKE_OUT_OF_MEMORY_AT
    const { runs } = await client.runs({ project })
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['paused'],
    )
    const done = await resultOf(await client.resume({ project, run: runs[0]!.id }))
    assert.deepEqual([done.state, done.step], ['done', 60])
  })
})

test('a run whose trainer hangs pauses with its checkpoint, reports it, and resumes in a new process', async () => {
  const project = await projectWithDemos('hung.stet')
  process.env.FAKE_HANG_AT = '45'
  const lab = openHost({ script, onOutput: () => {}, silence: { runningMs: 3000, startingMs: 30_000 } })
  try {
    const client = clientOf(lab)
    const config = { epochs: 60, checkpointEvery: 20 }
    const events = await client['train sft']({ project, model: 'world', name: 'base', config })
    await assert.rejects(resultOf(events), {
      code: 'unavailable',
      message:
        /no sign of life for \d+ s and was ended\. Paused; the checkpoint of step 40 is kept\. Resume with: stet resume /,
    })
    delete process.env.FAKE_HANG_AT
    const { runs } = await client.runs({ project })
    assert.equal(runs[0]!.state, 'paused')
    const done = await resultOf(await client.resume({ project, run: runs[0]!.id }))
    assert.deepEqual([done.state, done.step], ['done', 60])
  } finally {
    await lab.close()
  }
})

test('leaving the events of a run pauses it', async () => {
  const project = await projectWithDemos('left.stet')
  await withLab(async (client) => {
    const config = { epochs: 5000, checkpointEvery: 50 }
    for await (const event of await client['train sft']({ project, model: 'world', config }))
      if (event.type === 'step') break
    const { runs } = await client.runs({ project })
    assert.equal(runs[0]!.state, 'paused')
  })
})

test('a run records its settings, with paths that survive a move of the project', async () => {
  const project = await projectWithDemos('moved.stet')
  const first = await withLab(async (client) => {
    const config = { epochs: 3, checkpointEvery: 50 }
    return resultOf(await client['train sft']({ project, model: 'world', name: 'base', config }))
  })
  const copy = path.join(folder, 'copy.stet')
  cpSync(project, copy, { recursive: true })
  await withLab(async (client) => {
    const call = new AbortController()
    const config = { epochs: 5000, checkpointEvery: 50 }
    const events = await client['train sft'](
      { project: copy, model: 'base', name: 'next', config },
      { signal: call.signal },
    )
    await events.next()
    await events.next()
    call.abort()
    await resultOf(events)
    const { runs } = await client.runs({ project: copy, run: 'next' })
    assert.deepEqual(runs[0]!.config.job.model, { path: path.join('checkpoints', first.run, 'model') })
    assert.equal(runs[0]!.parentId, first.run)
    assert.match(runs[0]!.codeVersion, /^\w+/)
  })
})
