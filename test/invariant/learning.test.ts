/** Training learns what is rewarded, within the limits of its settings: on wasm, with fixed seeds. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { before, test } from 'node:test'
import type { StepMetrics } from '../../electron/contract/metrics.ts'
import { DirectLoss, DpoConfig } from '../../electron/contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../electron/contract/run-kinds/ppo.ts'
import { creditEstimators, placements } from '../../electron/contract/run-kinds/ppo-choices.ts'
import { RewardConfig, RewardScheme } from '../../electron/contract/run-kinds/reward.ts'
import { SftConfig } from '../../electron/contract/run-kinds/sft.ts'
import { addScoreHead, copyModel, disposeModel } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { commonLengths } from '../../electron/engine/training/batch.ts'
import type { RunHooks } from '../../electron/engine/training/run.ts'
import { trainDpo } from '../../electron/pipeline/dpo/train.ts'
import { trainPpo } from '../../electron/pipeline/ppo/train.ts'
import { RewardScorer } from '../../electron/pipeline/reward/model.ts'
import { schemes, sequenceScore } from '../../electron/pipeline/reward/schemes.ts'
import { trainReward } from '../../electron/pipeline/reward/train.ts'
import { trainSft } from '../../electron/pipeline/sft/train.ts'
import { quiet } from './steps.ts'
import { temporaryFolder, toyExamples, toyTokenizer, writeToyModel } from './toy.ts'
import { neverTrip } from './toy-jobs.ts'

const folder = temporaryFolder()
const tokenizer = toyTokenizer()
const { padId } = tokenizer
const { demonstrations, rewardPairs, dpoPairs } = toyExamples(24, tokenizer)

before(async () => {
  await openRuntime({ kind: 'wasm' })
  await writeToyModel(folder)
})

/** Hooks that keep the metrics of each step. */
function recording(): { hooks: RunHooks; steps: StepMetrics[] } {
  const steps: StepMetrics[] = []
  return { steps, hooks: { ...quiet(), onStep: (_step, _total, metrics) => steps.push(metrics) } }
}

test('SFT learns demonstrations, and generalises to held-out ones', async () => {
  const model = loadModel(folder)
  const { steps, hooks } = recording()
  const data = { policy: model, padId, train: demonstrations.slice(0, 16), heldout: demonstrations.slice(16) }
  const config = SftConfig.parse({ epochs: 30, batchSize: 8, learningRate: 0.02 })
  const { heldoutLoss } = await trainSft(data, config, hooks)
  const [first, last] = [steps[0]!['sft/loss']!, steps.at(-1)!['sft/loss']!]
  assert.ok(first > 4 && last < 0.4, `from ${first} to ${last} nats per token`)
  assert.ok(heldoutLoss! < 0.6, `${heldoutLoss} on held-out demonstrations`)
  disposeModel(model)
})

test('an anchor holds tokens that no one has judged at zero', async () => {
  const unjudged = demonstrations.map(({ query }) => ({ query, response: [9, 8, 9, 8, 9] }))
  const meanSquare = async (anchorPenalty: number) => {
    const model = loadModel(folder)
    addScoreHead(model, 1)
    const config = RewardConfig.parse({ epochs: 20, batchSize: 8, learningRate: 0.01, anchorPenalty })
    const anchors = anchorPenalty > 0 ? unjudged : []
    const { heldout } = await trainReward(
      { model, padId, train: rewardPairs.slice(0, 16), heldout: rewardPairs.slice(16), anchors },
      config,
      quiet(),
    )
    assert.equal(heldout!.quality.accuracy, 1)
    const scorer = new RewardScorer(model, config.scheme, padId)
    const rewards = scorer.tokenRewards(unjudged, 8, commonLengths(unjudged)).flatMap((row) => [...row])
    scorer.dispose()
    disposeModel(model)
    return rewards.reduce((sum, reward) => sum + reward ** 2, 0) / rewards.length
  }
  const [free, held] = [await meanSquare(0), await meanSquare(3)]
  assert.ok(held < free / 4, `${held} with the penalty, ${free} without`)
})

/** Of the schemes with a penalty; without one, the mean of kept tokens is 2.2 under `bt-mean`. */
const keptLimits = new Map<RewardScheme, number>([
  ['bt-changed', 0.05],
  ['bt-mean-changed', 0.1],
  ['bt-balanced', 0.1],
])

for (const scheme of RewardScheme.options) {
  test(`a reward model of scheme ${scheme} learns to order held-out pairs`, async () => {
    const model = loadModel(folder)
    addScoreHead(model, 1)
    const data = {
      ...{ model, padId, anchors: [] },
      ...{ train: rewardPairs.slice(0, 16), heldout: rewardPairs.slice(16) },
    }
    const config = RewardConfig.parse({ scheme, epochs: 20, batchSize: 8, learningRate: 0.01 })
    const { heldout } = await trainReward(data, config, quiet())
    const { quality, tokens } = heldout!
    assert.equal(quality.accuracy, 1)
    if (schemes[scheme].rewardsTokens)
      assert.ok(quality.tokens!.auroc! > 0.7 && tokens!.f1! > 0.6, `${quality.tokens!.auroc}, ${tokens!.f1}`)
    const keptLimit = keptLimits.get(scheme)
    if (keptLimit) assert.ok(Math.abs(quality.tokens!.keptMean!) < keptLimit, 'kept tokens are held at zero')
    disposeModel(model)
  })
}

/** Trains by a direct loss on 16 pairs, with 8 held out. */
async function direct(changes: Partial<DpoConfig>, from = '') {
  const model = loadModel(folder)
  const reference = copyModel(model)
  const { steps, hooks } = recording()
  const config = DpoConfig.parse({
    epochs: 10,
    batchSize: 8,
    learningRate: 0.01,
    chosenDrop: null,
    ...changes,
  })
  const data = { pairs: dpoPairs.slice(0, 16), heldout: dpoPairs.slice(16) }
  const checkpointFolder = from === '' ? null : from
  const end = await trainDpo({ policy: model, reference, padId, ...data }, config, {
    ...hooks,
    checkpointFolder,
  })
  for (const each of [model, reference]) disposeModel(each)
  return { end, first: steps[0]!, last: steps.at(-1)!, steps }
}

for (const loss of DirectLoss.options) {
  test(`loss ${loss} learns to prefer the edits, held-out ones too`, async () => {
    const { first, last } = await direct({ loss, epochs: 20 })
    assert.ok(last['loss/total']! < first['loss/total']!)
    for (const key of ['dpo/accuracy', 'dpo/heldout_accuracy'] as const)
      assert.ok(last[key]! > 0.8, `${key} ${last[key]}`)
    assert.ok(last['dpo/logp_chosen']! > last['dpo/logp_rejected']!)
  })
}

test('at first the policy of DPO is the reference, and later its loss is small', async () => {
  const { first, last } = await direct({})
  assert.ok(Math.abs(first['loss/total']! - Math.LN2) < 1e-5)
  for (const key of ['dpo/logp_chosen', 'dpo/logp_rejected'] as const)
    assert.ok(Math.abs(first[key]!) < 1e-4, `${key} ${first[key]}`)
  assert.ok(last['loss/total']! < 0.1, `${last['loss/total']}`)
})

test('losses dpop and rpo keep the chosen responses likely', async () => {
  const drop = async (loss: DirectLoss) => (await direct({ loss })).last['dpo/logp_chosen']!
  const [dpo, dpop, rpo] = [await drop('dpo'), await drop('dpop'), await drop('rpo')]
  assert.ok(dpop > dpo && rpo > dpo && rpo > 0, `dpo ${dpo}, dpop ${dpop}, rpo ${rpo}`)
})

test('figa and salt without deleted tokens are SFT on the edits', async () => {
  const weights = { insertedWeight: 1, keptWeight: 1, deletedWeight: 0 }
  const [figa, salt] = [
    await direct({ loss: 'figa', ...weights }),
    await direct({ loss: 'salt', ...weights }),
  ]
  const model = loadModel(folder)
  const { steps, hooks } = recording()
  const train = dpoPairs.slice(0, 16).map(({ chosen }) => chosen)
  const config = SftConfig.parse({ epochs: 10, batchSize: 8, learningRate: 0.01 })
  await trainSft({ policy: model, padId, train, heldout: [] }, config, hooks)
  for (const { steps: own } of [figa, salt])
    own.forEach((metrics, i) => {
      assert.ok(Math.abs(metrics['loss/total']! - steps[i]!['sft/loss']!) < 1e-3, `step ${i + 1}`)
    })
  disposeModel(model)
})

test('a run whose chosen responses keep losing pauses once, and resumes to its end', async () => {
  const from = mkdtempSync(path.join(os.tmpdir(), 'stet-drop-'))
  const losing = { loss: 'dpo', epochs: 20, chosenDrop: 5, learningRate: 0.03 } as const
  try {
    const paused = (await direct(losing, from)).end
    assert.equal(paused.state, 'paused')
    assert.match(paused.reason!, /^Chosen responses have lost \d+\.\d nats each since the start \(limit 5\)/)
    const resumed = await direct(losing, from)
    assert.deepEqual(resumed.end, { state: 'done', step: 40, reason: null })
    assert.equal(resumed.steps.length, 40 - paused.step)
  } finally {
    rmSync(from, { recursive: true, force: true })
  }
})

/** @param rewardOf a token */
async function ppo(rewardOf: (id: number) => number, changes: Partial<PpoConfig>): Promise<StepMetrics[]> {
  const policy = loadModel(folder)
  const refPolicy = copyModel(policy)
  const { hasCritic } = creditEstimators[changes.credit ?? 'gae']
  if (hasCritic) addScoreHead(policy, 1)
  const { steps, hooks } = recording()
  const config = PpoConfig.parse({
    totalSteps: 18,
    rolloutBatchSize: 16,
    maxNewTokens: 8,
    normalizationSamples: 64,
    learningRate: 5e-3,
    missingEosPenalty: 0,
    tripwires: neverTrip,
    ...changes,
  })
  const scorer = {
    tokenRewards: (samples: readonly { response: readonly number[] }[]) =>
      samples.map(({ response }) => Float32Array.from(response, rewardOf)),
    sequenceScore: (rewards: Float32Array) => sequenceScore('bt-changed', rewards),
  }
  const prompts = demonstrations.map(({ query }, i) => ({ id: `${i}`, query }))
  await trainPpo(
    {
      policy,
      refPolicy,
      value: hasCritic ? policy : null,
      scorer,
      sequenceScorer: placements[config.placement].needsSequenceModel ? scorer : null,
      ensemble: [],
      tokenizer,
      prompts,
      heldoutPrompts: [],
      keptMean: 0,
      judge: null,
    },
    config,
    hooks,
  )
  for (const model of [policy, refPolicy]) disposeModel(model)
  return steps
}

/** Mean of a metric over the last three steps. */
function reached(steps: StepMetrics[], key: 'objective/scores' | 'objective/kl'): number {
  return steps.slice(-3).reduce((sum, metrics) => sum + metrics[key]! / 3, 0)
}

for (const placement of ['token', 'sequence'] as const) {
  test(`PPO with ${placement} placement finds the rewarded token, and klCoef limits it`, async () => {
    const rewardOf = (id: number) => Number(id === 55)
    // A limit on what a response earns in all would hide how much there is to gain.
    const free = await ppo(rewardOf, { placement, rewardBound: 'token', klCoef: 0 })
    const held = await ppo(rewardOf, { placement, rewardBound: 'token', klCoef: 1 })
    assert.equal(free[0]!['objective/kl'], 0, "the first responses are the reference's own")
    const gain = reached(free, 'objective/scores') - free[0]!['objective/scores']!
    assert.ok(gain > (placement === 'token' ? 15 : 4), `gained ${gain}`)
    const [drift, heldDrift] = [reached(free, 'objective/kl'), reached(held, 'objective/kl')]
    assert.ok(drift > 10 && heldDrift < drift / 2, `KL ${drift} with klCoef 0, ${heldDrift} with 1`)
    assert.ok(reached(held, 'objective/scores') < reached(free, 'objective/scores'))
  })
}

for (const changes of [
  { placement: 'shaped' },
  { placement: 'mixed' },
  { credit: 'reinforce++' },
  { credit: 'rloo', samplesPerPrompt: 4 },
  { credit: 'group', samplesPerPrompt: 4 },
  { credit: 'rloo', samplesPerPrompt: 4, placement: 'shaped', rewardBound: 'par' },
] as const) {
  test(`PPO finds the rewarded token with ${Object.values(changes).join(', ')}`, async () => {
    const steps = await ppo((id) => Number(id === 55), { klCoef: 0, rewardClip: null, ...changes })
    const gain = reached(steps, 'objective/scores') - steps[0]!['objective/scores']!
    assert.ok(gain > 2, `gained ${gain}`)
    const hasCritic = steps.every((metrics) => metrics['loss/value'] !== undefined)
    assert.equal(hasCritic, !('credit' in changes))
  })
}

test('PPO without rewards stays close to the reference', async () => {
  const steps = await ppo(() => 0, { klCoef: 1, learningRate: 1e-3 })
  for (const metrics of steps) assert.equal(metrics['objective/scores'], 0)
  assert.ok(Math.abs(reached(steps, 'objective/kl')) < 0.5, `KL ${reached(steps, 'objective/kl')}`)
})
