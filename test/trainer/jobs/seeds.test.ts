/** A job is determined by its input and its seed, and logs the contract's metrics. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { metrics } from '../../../electron/contract/metrics.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { type JobName, jobNames, type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

const logged = new Set<string>()
after(() =>
  assert.deepEqual([...logged].sort(), Object.keys(metrics).sort(), 'runs log these metrics and no others'),
)

interface Run {
  events: string[]
  weights: Buffer
}

let runs = 0

async function run(name: JobName, seed: number): Promise<Run> {
  const events: string[] = []
  const emit = (event: JobEvent) => {
    events.push(JSON.stringify(event))
    if (event.type === 'step') for (const key of Object.keys(event.metrics)) logged.add(key)
  }
  const job = toyJob(name, files, path.join(folder, `run-${runs++}`), seed)
  const { signal } = new AbortController()
  await runJob(job, { emit, signal })
  return { events, weights: readFileSync(path.join(job.folder, 'model/model.safetensors')) }
}

for (const name of jobNames) {
  test(`${name}: the same seed gives the same bytes and events, another seed others`, async () => {
    const first = await run(name, 1)
    const again = await run(name, 1)
    const other = await run(name, 2)
    assert.deepEqual(again.events, first.events)
    assert.ok(again.weights.equals(first.weights))
    assert.notDeepEqual(other.events, first.events)
    assert.ok(!other.weights.equals(first.weights))
  })
}
