/** Work of every kind leaves as many tensors as there were before it. Shared by one test file per runtime. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import type { JobEvent } from '../../electron/contract/events.ts'
import { Generator } from '../../electron/engine/generation/generate.ts'
import { disposeModel } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { runtime } from '../../electron/engine/runtime/runtime.ts'
import { tensorflow } from '../../electron/engine/runtime/tensorflow-addon.ts'
import { runJob } from '../../electron/trainer/jobs/index.ts'
import { snugLengths } from './steps.ts'
import { temporaryFolder, toyExamples, toyTokenizer } from './toy.ts'
import { type JobName, jobNames, longer, type ToyFiles, toyJob, writeToyFiles } from './toy-jobs.ts'

/** Tensors that tfjs counts, and those that the addon holds. */
function tensorCounts(): { tfjs: number; addon: number } {
  const addon = runtime().kind === 'tensorflow' ? tensorflow().addon.getNumOfTensors() : 0
  return { tfjs: tf.memory().numTensors, addon }
}

/** Registers the tests. */
export function testLeaks(open: () => Promise<unknown>): void {
  const folder = temporaryFolder()
  let files: ToyFiles
  before(async () => {
    await open()
    files = await writeToyFiles(folder)
  })

  test('20 rounds of loading and disposing a model leave nothing', () => {
    disposeModel(loadModel(files.base))
    const start = tensorCounts()
    for (let round = 0; round < 20; round++) disposeModel(loadModel(files.base))
    assert.deepEqual(tensorCounts(), start)
  })

  test('50 calls of a generator leave nothing', () => {
    const model = loadModel(files.base)
    const start = tensorCounts()
    const generator = new Generator(model)
    const queries = toyExamples(4, toyTokenizer()).demonstrations.map(({ query }) => query)
    const options = {
      temperature: 1,
      topK: 0,
      topP: 1,
      maxNewTokens: 3,
      eosIds: [2],
      padId: 0,
      stream: 'test',
      ...snugLengths,
    }
    generator.generate(queries, { ...options, seed: 0 })
    const warm = tensorCounts()
    for (let call = 1; call <= 50; call++) {
      generator.generate(queries, { ...options, seed: call })
      assert.deepEqual(tensorCounts(), warm, `call ${call}`)
    }
    generator.dispose()
    assert.deepEqual(tensorCounts(), start)
    disposeModel(model)
  })

  for (const name of jobNames) {
    test(`${name}: no step of a run leaves anything, nor does the run`, async () => {
      const start = tensorCounts()
      const atSteps = await countsAtSteps(name, files, path.join(folder, name))
      const [warm, ...later] = atSteps.slice(1)
      for (const [i, counts] of later.entries()) assert.deepEqual(counts, warm, `step ${i + 3}`)
      assert.deepEqual(tensorCounts(), start)
    })
  }
}

async function countsAtSteps(name: JobName, files: ToyFiles, folder: string) {
  const counts: ReturnType<typeof tensorCounts>[] = []
  const emit = (event: JobEvent) => {
    if (event.type === 'step') counts.push(tensorCounts())
  }
  await runJob(longer(toyJob(name, files, folder)), { emit, signal: new AbortController().signal })
  return counts
}
