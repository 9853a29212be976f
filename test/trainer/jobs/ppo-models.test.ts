/** PPO's models: which share weights, what is trained, and that each is disposed once. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { addScoreHead, copyModel, disposeModel, type Model } from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { PpoUpdate, trainedParameters } from '../../../electron/pipeline/ppo/update.ts'
import { ppoModels } from '../../../electron/trainer/jobs/ppo-models.ts'
import { temporaryFolder, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
let toy: string

before(async () => {
  await openRuntime({ kind: 'wasm' })
  toy = await writeToyModel(folder)
})

/** Makes the models of a run, inspects them, and disposes all of them. */
function withModels(
  settings: Partial<PpoConfig>,
  look: (
    models: ReturnType<typeof ppoModels> & { start: Model; rewardModel: Model },
    config: PpoConfig,
  ) => void,
): void {
  const held = tf.memory().numTensors
  const config = PpoConfig.parse(settings)
  const start = loadModel(toy)
  const rewardModel = copyModel(start)
  addScoreHead(rewardModel, 9)
  const models = ppoModels(start, rewardModel, config)
  look({ ...models, start, rewardModel }, config)
  for (const model of new Set([...Object.values(models), start, rewardModel])) if (model) disposeModel(model)
  assert.equal(tf.memory().numTensors, held, 'all is released')
}

const isOfAdapters = (name: string) => /\.lora_[AB]\.weight$|\/score\.weight$/.test(name)

test('adapters on one trunk: the reference is the base, and moments are kept for adapters and head alone', () => {
  withModels({ loraRank: 2 }, ({ policy, refPolicy, value, start }, config) => {
    assert.equal(refPolicy, start)
    assert.equal(policy.base, start)
    assert.equal(value, policy)
    const trained = trainedParameters(policy, value)
    assert.deepEqual(
      [...trained.keys()].filter((name) => !isOfAdapters(name)),
      [],
    )
    assert.equal(trained.size, 2 * 7 * start.config.numLayers + 1)
    const bytes = tf.memory().numBytes
    const update = new PpoUpdate({ policy, value }, 0, config)
    const trainedBytes =
      4 * [...trained.values()].reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0)
    assert.equal(tf.memory().numBytes - bytes, 2 * trainedBytes)
    update.dispose()
  })
})

test('adapters and a separate value model: it adapts the reward model and starts with a small new head', () => {
  withModels({ loraRank: 2, valueTrunk: 'separate' }, ({ policy, value, start, rewardModel }) => {
    assert(value)
    assert.equal(value.base, rewardModel)
    const largest = (model: Model) =>
      Math.max(...[...model.parameters.get('score.weight')!.data()].map(Math.abs))
    assert.ok(largest(value) > 0 && largest(value) < largest(rewardModel) / 5)
    assert.deepEqual(
      [...trainedParameters(policy, value).keys()].filter((name) => !isOfAdapters(name)),
      [],
    )
    assert.ok(!start.parameters.has('score.weight'), 'the reference gets no head')
  })
})

test('all weights: the policy is the model it starts from, the reference a copy that shares nothing', () => {
  withModels({}, ({ policy, refPolicy, value, start }) => {
    assert.equal(policy, start)
    assert.equal(value, policy)
    for (const [name, variable] of refPolicy.parameters) {
      assert.notEqual(variable, policy.parameters.get(name))
      assert.deepEqual(variable.data(), policy.parameters.get(name)!.data())
    }
    assert.equal(trainedParameters(policy, value).size, policy.parameters.size)
  })
})
