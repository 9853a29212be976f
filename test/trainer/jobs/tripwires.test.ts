/** A tripwire pauses a run and says why; resumed, the run continues as if it had never been paused. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import { silentHooks } from '../../../electron/contract/events.ts'
import type { JobResults } from '../../../electron/contract/jobs.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import type { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { neverTrip, type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles
let untripped: Buffer

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
  const { model } = await run('untripped', {})
  untripped = weights(model!)
})

function run(name: string, tripwires: Partial<PpoConfig['tripwires']>): Promise<JobResults['ppo']> {
  const job = toyJob('ppo-shared', files, path.join(folder, name))
  const parsed = TrainingJob.parse({
    ...job,
    config: { ...job.config, tripwires: { ...neverTrip, ...tripwires } },
  })
  return runJob(parsed, silentHooks()) as Promise<JobResults['ppo']>
}

function weights(model: string): Buffer {
  return readFileSync(path.join(model, 'model.safetensors'))
}

for (const [name, limit, words] of [
  ['minEosRate', { minEosRate: 0.99 }, /ended with EOS \(limit 99%\)/],
  ['maxKl', { maxKl: 0.01 }, /KL rose to .* \(limit 0.01\)/],
] as const) {
  test(`${name} pauses a run with its reason, and only once`, async () => {
    const paused = await run(name, limit)
    assert.equal(paused.state, 'paused')
    assert.match(paused.reason!, words)
    assert.equal(paused.model, null)
    const resumed = await run(name, limit)
    assert.deepEqual([resumed.state, resumed.step, resumed.reason], ['done', 6, null])
    assert.ok(weights(resumed.model!).equals(untripped), 'the same bytes as without a tripwire')
  })
}
