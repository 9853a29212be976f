/** A run that is killed or paused at any moment and resumed ends with the same bytes as an uninterrupted one. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { TrainingJob } from '../../electron/contract/run-kinds/index.ts'
import { uniforms } from '../../electron/engine/random.ts'
import { runChild } from '../invariant/children.ts'
import { quickCompilation } from '../invariant/compiled.ts'
import type { Plan, Stop } from '../invariant/job-child.ts'
import { temporaryFolder } from '../invariant/toy.ts'
import {
  type JobName,
  jobNames,
  long,
  longSteps,
  type ToyFiles,
  totalSteps,
  toyJob,
  writeToyFiles,
} from '../invariant/toy-jobs.ts'
import { count, isLong } from './count.ts'

const folder = temporaryFolder()
let files: ToyFiles

/** Runs a plan in a separate process. @returns the signal that ended it */
async function runPlan(plan: Plan): Promise<NodeJS.Signals | null> {
  // The processes share XLA's compilation cache; otherwise they would spend all their time on compiling the same.
  const env = {
    XLA_FLAGS: quickCompilation,
  }
  return (await runChild('job-child.ts', [JSON.stringify(plan)], env)).signal
}

const uninterrupted = (name: JobName) => path.join(folder, 'uninterrupted', name)

before(async () => {
  files = await writeToyFiles(folder)
  const jobs = jobNames.map((name) => toyJob(name, files, uninterrupted(name)))
  await runPlan({ jobs, stop: null })
})

/** Drops events after the newest checkpoint, as the host does. */
function dropEventsBeyondCheckpoint(runFolder: string): void {
  const file = path.join(runFolder, 'events.jsonl')
  if (!existsSync(file)) return
  const reached = Math.max(0, ...checkpoints(runFolder))
  const kept = eventLines(runFolder).filter((line) => (JSON.parse(line) as { step: number }).step <= reached)
  writeFileSync(file, kept.map((line) => `${line}\n`).join(''))
}

function eventLines(runFolder: string): string[] {
  return readFileSync(path.join(runFolder, 'events.jsonl'), 'utf8').split('\n').filter(Boolean)
}

/** Steps of the complete checkpoints. */
function checkpoints(runFolder: string): number[] {
  return readdirSync(runFolder).flatMap((name) => (/^step-\d{8}$/.test(name) ? [Number(name.slice(5))] : []))
}

/** Every file under a folder. */
function filesUnder(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return entries.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))).sort()
}

/** Everything but checkpoints before the last, because a pause may have saved others. */
function lastingFiles(runFolder: string): string[] {
  const last = `step-${String(Math.max(...checkpoints(runFolder))).padStart(8, '0')}/`
  const isEarlier = (file: string) => /^step-\d{8}\//.test(file) && !file.startsWith(last)
  return filesUnder(runFolder).filter((file) => !isEarlier(file))
}

/** The same files with the same bytes, and no partial ones; the result may contain the path of its folder. */
function assertSameRun(runFolder: string, expected: string): void {
  assert.deepEqual(lastingFiles(runFolder), lastingFiles(expected))
  assert.deepEqual(eventLines(runFolder), eventLines(expected), 'events')
  const result = (of: string) => readFileSync(path.join(of, 'result.json'), 'utf8').replaceAll(of, 'RUN')
  assert.equal(result(runFolder), result(expected))
  for (const file of lastingFiles(expected).filter((name) => name !== 'result.json')) {
    const [ours, theirs] = [runFolder, expected].map((of) => readFileSync(path.join(of, file)))
    assert.ok(ours!.equals(theirs!), `${file} has other bytes`)
  }
}

/** Resumes until the run is done. */
async function runWithStops(jobIn: (runFolder: string) => TrainingJob, name: string, stops: Stop[]) {
  const runFolder = path.join(folder, 'stopped', name)
  for (const stop of [...stops, null]) {
    dropEventsBeyondCheckpoint(runFolder)
    const signal = await runPlan({ jobs: [jobIn(runFolder)], stop })
    assert.equal(
      signal,
      stop === null || stop.kind === 'pause-after-step' ? null : 'SIGKILL',
      JSON.stringify(stop),
    )
    if (stop) checkStopped(runFolder, stop)
  }
  return runFolder
}

/** Checks that the run was stopped at the intended moment. */
function checkStopped(runFolder: string, stop: Stop): void {
  if (stop.kind === 'kill-at-file') {
    assert.ok(existsSync(path.join(runFolder, stop.name)), `${stop.name} is there`)
    assert.ok(
      !existsSync(path.join(runFolder, stop.name.replace('.partial', ''))) || !stop.name.endsWith('.partial'),
    )
    return
  }
  const last = eventLines(runFolder).map((line) => JSON.parse(line) as { type: string; step: number })
  assert.equal(last.findLast((event) => event.type === 'step')?.step, stop.step)
  if (stop.kind === 'pause-after-step') assert.equal(Math.max(...checkpoints(runFolder)), stop.step)
}

const killAfter = (step: number): Stop => ({ kind: 'kill-after-step', step })
const killAt = (name: string): Stop => ({ kind: 'kill-at-file', name })
const pauseAfter = (step: number): Stop => ({ kind: 'pause-after-step', step })

const plans: Record<JobName, Stop[]> = {
  sft: [killAfter(1), killAt('step-00000004.partial'), killAt('model.partial')],
  reward: [pauseAfter(1), killAt('step-00000004.partial'), killAfter(6)],
  'reward-anchored': [killAfter(1), pauseAfter(3)],
  dpo: [killAfter(3), pauseAfter(5)],
  kto: [pauseAfter(2)],
  tdpo: [killAfter(3)],
  'ddpo-lora': [pauseAfter(3), killAt('adapter.partial')],
  'tdpo-lora': [pauseAfter(3)],
  'ppo-shared': [
    killAfter(1),
    killAfter(3),
    killAt('step-00000004.partial'),
    killAfter(6),
    killAt('model.partial'),
  ],
  'ppo-separate': [killAt('step-00000002.partial'), pauseAfter(3), killAt('step-00000006')],
  'ppo-lora': [killAfter(1), pauseAfter(3)],
  'ppo-shaped': [killAfter(1), pauseAfter(3)],
  'ppo-group': [killAt('step-00000002.partial'), pauseAfter(3)],
  'ppo-ensemble': [killAfter(1), pauseAfter(3)],
}

/** Each process compiles its run again, so a quick run stops most kinds only once, in the last of the ways. */
function stopsOf(name: JobName): Stop[] {
  const isThorough = isLong || name === 'sft' || name === 'ppo-shared'
  return isThorough ? plans[name] : plans[name].slice(-1)
}

describe('a stopped and resumed run ends with the same bytes', { concurrency: 2 }, () => {
  for (const name of jobNames) {
    const stops = stopsOf(name).map((stop) => `${stop.kind} ${'name' in stop ? stop.name : stop.step}`)
    test(`${name}: ${stops.join(', ')}`, async () => {
      const jobIn = (runFolder: string) => toyJob(name, files, runFolder)
      assertSameRun(await runWithStops(jobIn, name, stopsOf(name)), uninterrupted(name))
    })
  }
})

test('the uninterrupted runs used every feature', () => {
  for (const name of jobNames) {
    const steps = eventLines(uninterrupted(name)).flatMap((line) => {
      const event = JSON.parse(line) as { type: string; step: number; metrics: Record<string, number> }
      return event.type === 'step' ? [event] : []
    })
    assert.deepEqual(
      steps.map((event) => event.step),
      [1, 2, 3, 4, 5, 6],
    )
    const best = steps
      .filter((event) => event.metrics['judge/win_rate'] !== undefined)
      .sort((a, b) => b.metrics['judge/win_rate']! - a.metrics['judge/win_rate']! || a.step - b.step)
      .slice(0, 1)
      .map(({ step }) => step)
    assert.deepEqual(checkpoints(uninterrupted(name)).sort(), [...new Set([...best, 4, 6])].sort())
    if (!name.startsWith('ppo')) continue
    assert.ok(lastingFiles(uninterrupted(name)).includes('best/model.safetensors'))
    assert.equal(
      new Set(steps.map((event) => event.metrics['objective/kl_coef'])).size,
      totalSteps,
      'klCoef adapts',
    )
    const manifest = readFileSync(path.join(uninterrupted(name), 'step-00000006/manifest.json'), 'utf8')
    const { updates } = (JSON.parse(manifest) as { state: { updates: number } }).state
    assert.ok(updates > totalSteps && updates < 4 * totalSteps, `${updates}: some passes were stopped early`)
  }
})

const longSeeds = [1, 2, 3, 4, 5]

/** Three moments between the steps, other ones for each job and seed. */
function killsOf(name: JobName, seed: number): Stop[] {
  const steps = name.startsWith('ppo') ? longSteps.ppo : longSteps.supervised
  const thirds = [0, 1, 2].map((third) => {
    const [share] = uniforms({ seed, stream: `kill/${name}` }, third, 1)
    return 1 + Math.floor(((third + share!) / 3) * (steps - 1))
  })
  return thirds.map(killAfter)
}

if (isLong)
  describe('a long run that is killed three times ends with the same bytes', { concurrency: 2 }, () => {
    for (const name of jobNames)
      for (const seed of longSeeds)
        test(`${name}, seed ${seed}`, async () => {
          const jobIn = (runFolder: string) => long(toyJob(name, files, runFolder, seed))
          const whole = path.join(folder, 'whole', `${name}-${seed}`)
          await runPlan({ jobs: [jobIn(whole)], stop: null })
          const stopped = await runWithStops(jobIn, `${name}-${seed}`, killsOf(name, seed))
          assertSameRun(stopped, whole)
          for (const runFolder of [whole, stopped]) rmSync(runFolder, { recursive: true })
        })
    after(() => {
      const { supervised, ppo } = longSteps
      count(
        'resume',
        `${jobNames.length} kinds of runs, ${longSeeds.length} seeds each, ${supervised} steps (PPO: ${ppo} iterations of up to 4 optimizer steps), 3 kills: every file has the bytes of the uninterrupted run`,
      )
    })
  })
