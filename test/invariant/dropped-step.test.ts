/** A step that is left in the middle leaves no trace: the run pauses before it, and ends as if it had not been begun. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import type { TrainingJob } from '../../electron/contract/run-kinds/index.ts'
import { latestCheckpoint } from '../../electron/engine/checkpoints/checkpoint-folder.ts'
import { runJob } from '../../electron/trainer/jobs/index.ts'
import { openQuicklyCompilingRuntime } from './compiled.ts'
import { temporaryFolder } from './toy.ts'
import { type JobName, type ToyFiles, toyJob, writeToyFiles } from './toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openQuicklyCompilingRuntime()
  files = await writeToyFiles(folder)
})

/** The job, with micro-batches, so that steps have parts. */
function jobIn(name: JobName, runFolder: string): TrainingJob {
  const job = toyJob(name, files, path.join(folder, runFolder))
  return { ...job, config: { ...job.config, microBatchSize: 2 } } as TrainingJob
}

/** @param isDue asked at each pause point: how many there were since the last step, and the number of that step */
async function runUntil(job: TrainingJob, isDue: (points: number, step: number) => boolean) {
  let points = 0
  let reached = latestCheckpoint(job.folder)?.step ?? 0
  // The signal is read at each pause point, and once after each step.
  const signal = {
    get aborted() {
      points++
      return isDue(points, reached)
    },
    throwIfAborted() {},
  } as AbortSignal
  const emit = (event: { type: string; step?: number }) => {
    if (event.type !== 'step') return
    reached = event.step!
    points = -1 // the reading after the step
  }
  return (await runJob(job, { emit, signal })) as { state: string; step: number }
}

const modelOf = (job: TrainingJob) => readFileSync(path.join(job.folder, 'model', 'model.safetensors'))

for (const [name, points] of [
  ['sft', [2]],
  ['ppo-shared', [3]],
  ['ppo-lora', [3, 13, 17]],
] as const)
  test(`${name}, left at pause points ${points.join(', ')} of its fourth step`, async () => {
    const whole = jobIn(name, `whole-${name}`)
    await runUntil(whole, () => false)
    const job = jobIn(name, `left-${name}`)
    const tensors = tf.memory().numTensors
    for (const point of points) {
      const { state, step } = await runUntil(job, (at, reached) => reached === 3 && at === point)
      assert.deepEqual([state, step], ['paused', 3], `at point ${point}`)
      assert.ok(existsSync(path.join(job.folder, 'step-00000003', 'manifest.json')))
    }
    assert.equal(tf.memory().numTensors, tensors, 'nothing leaks')
    const { state } = await runUntil(job, () => false)
    assert.equal(state, 'done')
    assert.ok(modelOf(job).equals(modelOf(whole)), 'the same bytes')
  })

test('a run that is stopped before its first step has nothing to save, and starts over', async () => {
  for (const name of ['sft', 'ppo-shared'] as const) {
    const job = jobIn(name, `early-${name}`)
    const { state, step } = await runUntil(job, (at) => at >= (name === 'sft' ? 2 : 4))
    assert.deepEqual([state, step], ['paused', 0])
    assert.equal((await runUntil(job, () => false)).state, 'done')
    assert.ok(modelOf(job).equals(modelOf(jobIn(name, `whole-${name}`))))
  }
})
