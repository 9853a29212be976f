/** One optimizer step of every kind on the toy data, in the variations that must not change its result. */

import { DirectLoss, DpoConfig } from '../../electron/contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../electron/contract/run-kinds/ppo.ts'
import { RewardConfig, RewardScheme } from '../../electron/contract/run-kinds/reward.ts'
import { SftConfig } from '../../electron/contract/run-kinds/sft.ts'
import { addScoreHead, copyModel, disposeModel, type Model } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { normals } from '../../electron/engine/random.ts'
import type { ResponseLengths } from '../../electron/engine/training/batch.ts'
import { completed } from '../../electron/engine/training/pauses.ts'
import type { RunHooks } from '../../electron/engine/training/run.ts'
import { trainDpo } from '../../electron/pipeline/dpo/train.ts'
import { gae, whiten } from '../../electron/pipeline/ppo/advantages.ts'
import { klPerToken, withKlPenalty } from '../../electron/pipeline/ppo/rewards.ts'
import { type Rollout, RolloutScorer } from '../../electron/pipeline/ppo/rollout.ts'
import { PpoUpdate, trainedParameters } from '../../electron/pipeline/ppo/update.ts'
import type { LabelledResponse } from '../../electron/pipeline/reward/examples.ts'
import { trainReward } from '../../electron/pipeline/reward/train.ts'
import { trainSft } from '../../electron/pipeline/sft/train.ts'
import { measureByForwardPass } from './measure.ts'
import { toyExamples, toyTokenizer } from './toy.ts'

/** Parameters by name. */
export type Parameters = Record<string, number[]>

export interface Variation {
  microBatchSize?: number
  padId?: number
  /** Only for PPO: what queries and responses are padded to. */
  lengths?: ResponseLengths
}

/**
 * AdamW divides a gradient by its own size, which turns the float error of a gradient near zero into a whole
 * learning rate. With an epsilon as large as gradients are, a step is a smooth function of the gradient: gradients
 * that differ by d change a parameter by at most `learningRate / epsilon` · d, here d.
 */
const optimization = {
  seed: 3,
  learningRate: 0.01,
  epsilon: 0.01,
  weightDecay: 0.1,
  decay: 'constant',
} as const

const examples = toyExamples(8, toyTokenizer())
const padId = toyTokenizer().padId

/** Two pairs that only insert and one that only deletes, so that schemes which treat them differently differ. */
const rewardPairs = examples.rewardPairs.map((pair, i) => {
  const unchanged = (side: LabelledResponse) => ({ ...side, labels: side.labels.map(() => 0) })
  if (i < 2) return { ...pair, rejected: unchanged(pair.rejected) }
  return i === 2 ? { ...pair, chosen: unchanged(pair.chosen) } : pair
})

/** Those of the longest demonstration, without extra padding. */
export const snugLengths: ResponseLengths = {
  queryLength: Math.max(...examples.demonstrations.map(({ query }) => query.length)),
  responseLength: Math.max(...examples.demonstrations.map(({ response }) => response.length)),
}

export const stepNames = [
  'sft',
  ...DirectLoss.options.map((loss) => `direct ${loss}` as const),
  ...RewardScheme.options.map((scheme) => `reward ${scheme}` as const),
  'ppo shared',
  'ppo separate',
] as const
export type StepName = (typeof stepNames)[number]

/**
 * @param folder a toy model
 * @returns its parameters after the step; PPO's after two passes of two mini-batches
 */
export async function parametersAfterStep(
  name: StepName,
  folder: string,
  variation: Variation = {},
): Promise<Parameters> {
  const model = loadModel(folder)
  const { microBatchSize = null } = variation
  const pad = variation.padId ?? padId
  const config = { ...optimization, batchSize: 8, microBatchSize, epochs: 1 }
  const [kind, choice] = name.split(' ') as [string, string | undefined]
  try {
    if (kind === 'ppo') return ppoStep(model, choice as 'shared' | 'separate', variation)
    if (kind === 'sft')
      await trainSft(
        { policy: model, padId: pad, train: examples.demonstrations, heldout: [] },
        SftConfig.parse(config),
        quiet(),
      )
    if (kind === 'direct') await directStep(model, pad, DpoConfig.parse({ ...config, loss: choice }))
    if (kind === 'reward') {
      addScoreHead(model, 5)
      const scheme = { scheme: choice, spanWeighted: true }
      await trainReward(
        { model, padId: pad, train: rewardPairs, heldout: [], anchors: [] },
        RewardConfig.parse({ ...config, ...scheme }),
        quiet(),
      )
    }
    return valuesOf(model.parameters)
  } finally {
    disposeModel(model)
  }
}

/** Two steps: at the first the policy is its reference, which leaves some terms at zero. */
async function directStep(model: Model, pad: number, config: DpoConfig): Promise<void> {
  const reference = copyModel(model)
  const data = { policy: model, reference, padId: pad, pairs: examples.dpoPairs, heldout: [] }
  try {
    await trainDpo(data, { ...config, epochs: 2 }, quiet())
  } finally {
    disposeModel(reference)
  }
}

/** Hooks that do nothing. */
export function quiet(): RunHooks {
  const nothing = () => {}
  return {
    onStep: nothing,
    onSamples: nothing,
    checkpointFolder: null,
    signal: new AbortController().signal,
  }
}

function valuesOf(parameters: Model['parameters']): Parameters {
  return Object.fromEntries([...parameters].map(([name, variable]) => [name, [...variable.data()]]))
}

function ppoStep(
  policy: Model,
  valueTrunk: 'shared' | 'separate',
  { microBatchSize, padId: pad = padId, lengths = snugLengths }: Variation,
): Parameters {
  const refPolicy = copyModel(policy)
  addScoreHead(policy, 5)
  const value = valueTrunk === 'shared' ? policy : copyModel(policy)
  const config = PpoConfig.parse({
    ...optimization,
    microBatchSize: microBatchSize ?? null,
    entCoef: 0.1,
    vfCoef: 0.5,
    temperature: 0.8,
  })
  const scorer = new RolloutScorer({ policy, refPolicy, value }, config.temperature)
  const update = new PpoUpdate({ policy, value }, pad, config)
  try {
    const samples = examples.demonstrations.map((example, i) => ({
      ...example,
      promptId: `${i}`,
      ended: true,
    }))
    const chunk = microBatchSize ?? samples.length
    const measured = measureByForwardPass(policy, samples, config.temperature, { padId: pad, lengths, chunk })
    const rollout = completed(scorer.score(measured, { padId: pad, lengths, chunk }))
    const { learningRate } = optimization
    completed(update.run(rollout, advantagesOf(rollout, config), { learningRate, step: 0 }))
    return valuesOf(trainedParameters(policy, value))
  } finally {
    scorer.dispose()
    update.dispose()
    for (const model of new Set([refPolicy, value])) if (model !== policy) disposeModel(model)
  }
}

/** Each token gets a random reward that depends only on its row and position. */
function advantagesOf({ batch, logprobs, refLogprobs, values }: Rollout, config: PpoConfig) {
  const { responseMask, responseLength } = batch
  const rewardOf = (row: number, t: number) => normals({ seed: 7, stream: `reward/${row}/${t}` }, 0, 1)[0]!
  const scores = responseMask.map((m, i) =>
    m ? rewardOf(Math.floor(i / responseLength), i % responseLength) : 0,
  )
  const rewards = withKlPenalty(scores, klPerToken(logprobs, refLogprobs, responseMask), config.klCoef)
  const { advantages, returns } = gae(rewards, values!, batch, config)
  return { advantages: whiten(advantages, responseMask), returns }
}

/** The largest difference between the same parameters of two models, and where it is. */
export function largestDifference(a: Parameters, b: Parameters): { size: number; at: string } {
  let largest = { size: 0, at: '' }
  for (const [name, values] of Object.entries(a)) {
    values.forEach((x, i) => {
      const size = Math.abs(x - (b[name]?.[i] ?? Number.NaN))
      if (!(size <= largest.size))
        largest = { size: Number.isNaN(size) ? Number.POSITIVE_INFINITY : size, at: `${name}[${i}]` }
    })
  }
  return largest
}
