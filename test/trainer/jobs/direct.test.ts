/**
 * Every direct loss as a job: with adapters, layers computed again and a base in 8 bits it is the same training, it
 * starts from any policy, which is its reference, and it logs what docs/METHODS.md says.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import type { StepMetrics } from '../../../electron/contract/metrics.ts'
import { DirectLoss, DpoConfig } from '../../../electron/contract/run-kinds/dpo.ts'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, toyRows, writeRows, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
const input = path.join(folder, 'rows.jsonl')
const start = path.join(folder, 'start')
const quantised = path.resolve(import.meta.dirname, '../../golden/llama-tied.gguf')
let runs = 0

before(async () => {
  await openRuntime({ kind: 'wasm' })
  await writeToyModel(start)
  writeRows(input, toyRows(8, 4))
})

const settings = { batchSize: 4, epochs: 2, learningRate: 1e-3, klSamples: 6, seed: 2 }

async function stepsOf(job: { kind: 'dpo'; policy: string; config: DpoConfig } | SftJob) {
  const run = path.join(folder, `run-${runs++}`)
  const steps: StepMetrics[] = []
  const emit = (event: JobEvent) => event.type === 'step' && steps.push(event.metrics)
  await runJob({ ...job, input, folder: run }, { emit, signal: new AbortController().signal })
  return { steps, run, model: path.join(run, 'model') }
}

type SftJob = { kind: 'sft'; model: { path: string }; config: SftConfig }

const direct = (loss: DirectLoss, changes: Partial<DpoConfig> = {}, policy = start) =>
  stepsOf({ kind: 'dpo', policy, config: DpoConfig.parse({ ...settings, loss, ...changes }) })

function assertEqualSteps(actual: StepMetrics[], expected: StepMetrics[], keys: (keyof StepMetrics)[]): void {
  assert.equal(actual.length, expected.length)
  for (const [i, step] of actual.entries())
    for (const key of keys)
      assert.ok(Math.abs(step[key]! - expected[i]![key]!) < 1e-3, `${key} at step ${i + 1}: ${step[key]}`)
}

const logged = [
  'dpo/accuracy',
  'dpo/logp_chosen',
  'dpo/logp_rejected',
  'dpo/margin',
  'loss/total',
  'optim/grad_norm',
  'optim/learning_rate',
]

for (const loss of DirectLoss.options) {
  test(`${loss}: adapters with layers computed again in micro-batches are the same training`, async () => {
    const adapters = await direct(loss, { loraRank: 2 })
    const saving = { loraRank: 2, gradientCheckpointing: true, microBatchSize: 3 }
    const frugal = await direct(loss, saving)
    assertEqualSteps(frugal.steps, adapters.steps, ['loss/total', 'dpo/logp_chosen', 'optim/grad_norm'])
    assert(existsSync(path.join(adapters.run, 'adapter/adapter_config.json')))
    assert.deepEqual(Object.keys(adapters.steps[0]!).sort(), logged)
    const atEnd = ['dpo/heldout_accuracy', 'objective/heldout_kl', 'objective/heldout_kl_k3']
    assert.deepEqual(Object.keys(adapters.steps.at(-1)!).sort(), [...logged, ...atEnd].sort())
  })

  test(`${loss}: a base in 8 bits is trained with adapters`, async () => {
    const { steps } = await direct(loss, { loraRank: 2 }, quantised)
    assert.ok(steps.at(-1)!['dpo/logp_chosen']! > steps.at(-1)!['dpo/logp_rejected']!)
    assert.ok(Math.abs(steps[0]!['dpo/logp_chosen']!) < 1e-3, 'the base is the reference')
  })
}

test('a policy fine-tuned on the edits is start and reference of each loss', async () => {
  const config = SftConfig.parse({ ...settings, responses: 'edited', learningRate: 1e-2 })
  const sft = await stepsOf({ kind: 'sft', model: { path: start }, config })
  assert.ok(sft.steps.at(-1)!['objective/heldout_kl']! > 0.1, 'the fine-tuned policy has moved')
  for (const loss of DirectLoss.options) {
    const { steps } = await direct(loss, { learningRate: 1e-6 }, sft.model)
    for (const key of ['dpo/logp_chosen', 'dpo/logp_rejected'] as const)
      assert.ok(Math.abs(steps[0]![key]!) < 1e-3, `${loss}: ${key} ${steps[0]![key]}`)
    assert.ok(Math.abs(steps.at(-1)!['objective/heldout_kl']!) < 0.01, `${loss}: it has hardly moved`)
  }
})
