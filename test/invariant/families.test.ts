/** Every family trains: two steps of SFT on a golden model, with all weights and with adapters, lower its loss. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import { SftConfig } from '../../electron/contract/run-kinds/sft.ts'
import { adaptModel, disposeModel, type Model } from '../../electron/engine/model/model.ts'
import { loadModel, saveModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { trainSft } from '../../electron/pipeline/sft/train.ts'
import { quiet } from './steps.ts'
import { temporaryFolder } from './toy.ts'

const golden = path.resolve(import.meta.dirname, '../golden')
const folder = temporaryFolder()
const demonstrations = [
  { query: [5, 6, 7], response: [8, 9, 10, 2] },
  { query: [11, 12], response: [13, 14, 15, 16, 2] },
]

before(() => openRuntime({ kind: 'wasm' }))

/** @returns the loss on the demonstrations before and after two steps */
async function trained(
  policy: Model,
  gradientCheckpointing: boolean,
): Promise<[before: number, after: number]> {
  const losses: number[] = []
  const hooks = {
    ...quiet(),
    onStep: (_step: number, _total: number, metrics: Record<string, number>) =>
      losses.push(metrics['sft/loss']!),
  }
  const config = SftConfig.parse({ epochs: 2, batchSize: 2, learningRate: 0.02, gradientCheckpointing })
  const data = { policy, padId: 0, train: demonstrations, heldout: demonstrations }
  const { heldoutLoss } = await trainSft(data, config, hooks)
  assert.equal(losses.length, 2)
  return [losses[0]!, heldoutLoss!]
}

const names = ['phi3', 'phi3-long', 'granite', 'gpt-neox', 'gpt-neox-serial', 'gpt-neo']
for (const name of [...names, 'qwen3', 'mistral', 'gemma3', 'smollm3', 'olmo2']) {
  test(`${name} learns in two steps, and what it learned is saved`, async () => {
    const policy = loadModel(path.join(golden, name))
    const [first, last] = await trained(policy, true)
    assert.ok(last < 0.9 * first, `from ${first} to ${last} nats per token`)
    await saveModel(policy, path.join(folder, name))
    const again = loadModel(path.join(folder, name))
    assert.deepEqual(again.config, policy.config)
    for (const [parameter, variable] of policy.parameters)
      assert.deepEqual(again.parameters.get(parameter)!.data(), variable.data(), parameter)
    for (const model of [again, policy]) disposeModel(model)
  })

  test(`${name} learns with adapters`, async () => {
    const base = loadModel(path.join(golden, name))
    const policy = adaptModel(base, 4, 1)
    const [first, last] = await trained(policy, false)
    assert.ok(last < 0.98 * first, `from ${first} to ${last} nats per token`)
    for (const model of [policy, base]) disposeModel(model)
  })
}
