/** Counts from shapes alone equal those of real models, and the work of a step is the sum of its parts. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { DpoConfig } from '../../electron/contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../electron/contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../electron/contract/run-kinds/reward.ts'
import { SftConfig } from '../../electron/contract/run-kinds/sft.ts'
import type { ModelConfig } from '../../electron/engine/model/config.ts'
import {
  adaptModel,
  addScoreHead,
  createModel,
  disposeModel,
  type Model,
  policyParameters,
  scalarModelParameters,
} from '../../electron/engine/model/model.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { trainedParameters } from '../../electron/pipeline/ppo/update.ts'
import { forwardFlops } from '../../electron/sizing/counts.ts'
import { type RunSize, runScale, runShape, runSteps } from '../../electron/sizing/run-size.ts'
import { configs } from '../../electron/trainer/jobs/bench.ts'
import { ppoModels } from '../../electron/trainer/jobs/ppo-models.ts'

const dimensions = {
  hiddenSize: 8,
  intermediateSize: 12,
  numLayers: 2,
  numHeads: 2,
  numKvHeads: 1,
  headDim: 4,
}
const tied: ModelConfig = { ...configs.tiny, ...dimensions, vocabSize: 30 }
const untied: ModelConfig = { ...tied, tiedEmbeddings: false }

before(() => openRuntime({ kind: 'wasm' }))

const lengths = { train: 20, heldout: 4, queryLength: 16, responseLength: 8 }

/** How many numbers there are in all. */
function parameterCount(parameters: Model['parameters']): number {
  return [...parameters.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
}

function counted(models: Iterable<Model>): number {
  return [...new Set(models)].reduce((sum, { parameters }) => sum + parameterCount(parameters), 0)
}

describe('fixed examples', () => {
  for (const [name, config] of Object.entries({ tied, untied })) {
    for (const loraRank of [null, 2]) {
      for (const hasHead of [false, true]) {
        test(`${name}, rank ${loraRank}, ${hasHead ? 'with' : 'without'} a head: the numbers of real models`, () => {
          const start = createModel(config, 1)
          if (hasHead) addScoreHead(start, 1)
          const model = loraRank === null ? start : adaptModel(start, loraRank, 1)
          const size = { model: { config, hasHead }, ...lengths }
          const sft = runShape({ kind: 'sft', config: SftConfig.parse({ loraRank }), ...size })
          assert.equal(sft.trainedNumbers, parameterCount(policyParameters(model)))
          assert.equal(sft.heldNumbers, counted([model, start]))
          addScoreHead(model, 1)
          const reward = runShape({ kind: 'reward', config: RewardConfig.parse({ loraRank }), ...size })
          assert.equal(reward.trainedNumbers, parameterCount(scalarModelParameters(model)))
          assert.equal(reward.heldNumbers, counted([model, start]))
          for (const each of new Set([model, start])) disposeModel(each)
        })
      }
    }
  }
})

describe('PPO', () => {
  for (const [name, policy, reward] of [
    ['tied', tied, tied],
    ['untied', untied, { ...untied, numLayers: 1 }],
  ] as const) {
    for (const loraRank of [null, 2]) {
      for (const valueTrunk of ['shared', 'separate'] as const) {
        for (const valueInit of ['reward', 'policy'] as const) {
          test(`${name}, rank ${loraRank}, ${valueTrunk} value trunk from the ${valueInit}: the numbers of real models`, () => {
            const config = PpoConfig.parse({ loraRank, valueTrunk, valueInit })
            const start = createModel(policy, 1)
            const rewardModel = createModel(reward, 2)
            addScoreHead(rewardModel, 2)
            const made = ppoModels(start, rewardModel, config)
            const shape = runShape({
              kind: 'ppo',
              config,
              longestQuery: 10,
              judged: 0,
              policy: { config: policy, hasHead: false },
              rewardModel: { config: reward, hasHead: true },
              sequenceModel: null,
              ensemble: [],
            })
            const all = new Set([
              start,
              rewardModel,
              made.policy,
              made.refPolicy,
              ...(made.value ? [made.value] : []),
            ])
            assert.equal(shape.heldNumbers, counted(all))
            assert.equal(shape.trainedNumbers, parameterCount(trainedParameters(made.policy, made.value)))
            assert.equal(shape.passes.length, valueTrunk === 'shared' ? 1 : 2)
            for (const model of all) disposeModel(model)
          })
        }
      }
    }
  }
})

test('one token of one row costs two operations per weight that it is multiplied by', () => {
  // Queries and output 8×8, keys and values 8×4, gate, up and down 8×12; two layers; 30 logits; attention over itself.
  const weights = 2 * (2 * 64 + 2 * 32 + 3 * 96)
  const attention = 2 * 2 * 8
  assert.equal(forwardFlops(tied, 1, 1, 1), 2 * (weights + attention + 30 * 8))
})

test('twice the batch is twice the work, and adapters, judging and epochs change it as they should', () => {
  const sft = (config: object, train = 64): RunSize => ({
    kind: 'sft',
    config: SftConfig.parse(config),
    model: { config: tied, hasHead: false },
    ...lengths,
    heldout: 0,
    train,
  })
  const flops = (run: RunSize) => runScale(run).flops
  assert.equal(flops(sft({ batchSize: 32 })), 2 * flops(sft({ batchSize: 16 })))
  assert.equal(3 * flops(sft({ loraRank: 2 })), 2 * flops(sft({})))
  assert.equal(runSteps(sft({ batchSize: 16, epochs: 2 })), 8)
  assert.equal(runSteps(sft({ batchSize: 100, epochs: 2 }, 64)), 2)
  const ppo = (config: object, judged = 0): RunSize => ({
    kind: 'ppo',
    config: PpoConfig.parse({ rolloutBatchSize: 8, ...config }),
    longestQuery: 12,
    judged,
    policy: { config: tied, hasHead: false },
    rewardModel: { config: tied, hasHead: true },
    sequenceModel: null,
    ensemble: [],
  })
  assert.ok(runScale(ppo({ judgeEvery: 1 }, 80)).bytes > 5 * runScale(ppo({ numPpoEpochs: 1 })).bytes)
  assert.ok(flops(ppo({ numPpoEpochs: 4 })) > 1.5 * flops(ppo({ numPpoEpochs: 2 })))
  const dpo = runSteps({
    ...sft({}),
    kind: 'dpo',
    config: DpoConfig.parse({ epochs: 1, batchSize: 16 }),
  } as RunSize)
  assert.equal(dpo, 4)
})
