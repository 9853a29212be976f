/** A critic predicts in the unit of the normalised reward from its first step, in every placement and trunk. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { neverTrip, type ToyFiles, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

/** @returns explained variance and value loss of the first step */
async function firstStep(settings: Partial<PpoConfig>): Promise<{ variance: number; loss: number }> {
  const events: JobEvent[] = []
  const config = PpoConfig.parse({
    totalSteps: 1,
    rolloutBatchSize: 64,
    normalizationSamples: 64,
    maxNewTokens: 8,
    tripwires: neverTrip,
    ...settings,
  })
  const rewardModel = settings.placement === 'sequence' ? files.sequenceModel : files.rewardModel
  const run = { input: files.input, folder: path.join(folder, Object.values(settings).join('-')) }
  const models = { policy: files.base, rewardModel, sequenceModel: null, ensemble: [] }
  const job = { kind: 'ppo' as const, ...models, judge: null, config, ...run }
  await runJob(job, { emit: (event) => events.push(event), signal: new AbortController().signal })
  const [step] = events.flatMap((event) => (event.type === 'step' ? [event.metrics] : []))
  return { variance: step!['val/explained_variance']!, loss: step!['loss/value']! }
}

for (const placement of ['sequence', 'token'] as const)
  for (const valueTrunk of ['separate', 'shared'] as const)
    test(`the first values of a ${valueTrunk} critic of ${placement} rewards do no harm`, async () => {
      const { variance, loss } = await firstStep({ placement, valueTrunk })
      assert.ok(variance > -0.1, `explained variance ${variance}`)
      // Normalised returns have a variance of about one, so half a squared error of about ½.
      assert.ok(loss < 2, `value loss ${loss}`)
    })
