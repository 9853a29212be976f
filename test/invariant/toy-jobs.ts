/** Training jobs of every kind on the toy data, with every feature on that has state. */
import path from 'node:path'
import { DpoConfig } from '../../electron/contract/run-kinds/dpo.ts'
import type { TrainingJob } from '../../electron/contract/run-kinds/index.ts'
import { PpoConfig } from '../../electron/contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../electron/contract/run-kinds/reward.ts'
import { SftConfig } from '../../electron/contract/run-kinds/sft.ts'
import { writeRewardCard } from '../../electron/pipeline/reward/card.ts'
import { toyRows, toyTokenizer, writeRows, writeToyModel } from './toy.ts'

export const jobNames = [
  'sft',
  'reward',
  'reward-anchored',
  'dpo',
  'kto',
  'tdpo',
  'ddpo-lora',
  'tdpo-lora',
  'ppo-shared',
  'ppo-separate',
  'ppo-lora',
  'ppo-shaped',
  'ppo-group',
  'ppo-ensemble',
] as const
export type JobName = (typeof jobNames)[number]

/** Steps of each job. */
export const totalSteps = 6

const supervised = { batchSize: 4, epochs: 3, learningRate: 1e-2, weightDecay: 0.1, checkpointEvery: 2 }
const sampled = { klSamples: 6 }

export const neverTrip = {
  maxKl: null,
  lengthChange: null,
  maxRepetition: null,
  minEosRate: null,
  judgeDrop: null,
}

/** With adaptive KL, a judge, and passes that are stopped early, so that updates are not a multiple of steps. */
const ppo = {
  totalSteps,
  rolloutBatchSize: 6,
  maxNewTokens: 8,
  normalizationSamples: 6,
  learningRate: 3e-3,
  warmupSteps: 2,
  entCoef: 0.01,
  targetKl: 0.02,
  adaptiveKl: { target: 0.5, horizon: 20 },
  checkpointEvery: 2,
  sampleEvery: 2,
  judgeEvery: 2,
  tripwires: neverTrip,
}

/** The files that jobs read, in one folder. */
export interface ToyFiles {
  base: string
  rewardModel: string
  /** Scores whole responses. */
  sequenceModel: string
  /** Of the scheme of the first. */
  otherRewardModel: string
  /** A language model that rewards by its likelihood. */
  likelihoodModel: string
  input: string
}

export async function writeToyFiles(folder: string): Promise<ToyFiles> {
  const base = await writeToyModel(path.join(folder, 'base'))
  const rewardModel = await writeToyModel(path.join(folder, 'reward-model'), { seed: 2, scored: true })
  await writeRewardCard(rewardModel, {
    scheme: 'bt-changed',
    keptMean: 0.1,
    tokenizerHash: toyTokenizer().hash,
  })
  const sequenceModel = await writeToyModel(path.join(folder, 'sequence-model'), { seed: 3, scored: true })
  await writeRewardCard(sequenceModel, {
    scheme: 'sequence',
    keptMean: null,
    tokenizerHash: toyTokenizer().hash,
  })
  const otherRewardModel = await writeToyModel(path.join(folder, 'other-reward-model'), {
    seed: 4,
    scored: true,
  })
  await writeRewardCard(otherRewardModel, {
    scheme: 'bt-changed',
    keptMean: -0.2,
    tokenizerHash: toyTokenizer().hash,
  })
  const likelihoodModel = await writeToyModel(path.join(folder, 'likelihood-model'), { seed: 5 })
  return {
    likelihoodModel,
    base,
    rewardModel,
    sequenceModel,
    otherRewardModel,
    input: writeRows(path.join(folder, 'rows.jsonl'), toyRows(8, 3)),
  }
}

/** @param folder of the run */
export function toyJob(
  name: JobName,
  { base, rewardModel, sequenceModel, otherRewardModel, likelihoodModel, input }: ToyFiles,
  folder: string,
  seed = 1,
): TrainingJob {
  const run = { input, folder }
  switch (name) {
    case 'sft':
      return {
        kind: 'sft',
        model: { path: base },
        config: SftConfig.parse({ ...supervised, ...sampled, seed }),
        ...run,
      }
    case 'reward':
    case 'reward-anchored': {
      const anchor = name === 'reward' ? {} : { anchorPenalty: 1, anchorSamples: 5 }
      const config = RewardConfig.parse({ ...supervised, ...anchor, seed })
      return { kind: 'reward', model: { path: base }, config, ...run }
    }
    case 'dpo':
    case 'kto':
    case 'tdpo':
    case 'ddpo-lora':
    case 'tdpo-lora': {
      const [loss, adapters] = name.split('-')
      const loraRank = adapters ? 2 : null
      const config = DpoConfig.parse({ ...supervised, ...sampled, seed, loss, loraRank, microBatchSize: 2 })
      return { kind: 'dpo', policy: base, config, ...run }
    }
    default: {
      const valueTrunk = name === 'ppo-separate' ? 'separate' : 'shared'
      const adapters = name === 'ppo-lora' ? { loraRank: 2, learningRate: 3e-2 } : {}
      const config = PpoConfig.parse({ ...ppo, seed, valueTrunk, ...adapters, ...choicesOf(name) })
      return {
        kind: 'ppo',
        policy: base,
        rewardModel: name === 'ppo-group' ? likelihoodModel : rewardModel,
        sequenceModel: name === 'ppo-shaped' ? sequenceModel : null,
        ensemble: name === 'ppo-ensemble' ? [otherRewardModel] : [],
        judge: { kind: 'length', prefer: 'longer' },
        config,
        ...run,
      }
    }
  }
}

/** Placement, rewards and credit of a PPO job, if they are not the defaults. */
function choicesOf(name: JobName): Partial<PpoConfig> {
  if (name === 'ppo-shaped') return { placement: 'shaped', rewardBound: 'par' }
  return name === 'ppo-group' ? { credit: 'group', samplesPerPrompt: 3, derivedRewards: 'likelihood' } : {}
}

/** The same job with 50 optimizer steps or more, and few checkpoints. */
export function longer(job: TrainingJob): TrainingJob {
  const checkpointEvery = 20
  if (job.kind === 'ppo')
    return { ...job, config: { ...job.config, totalSteps: 20, targetKl: null, checkpointEvery } }
  const epochs = 25
  if (job.kind === 'sft') return { ...job, config: { ...job.config, epochs, checkpointEvery } }
  if (job.kind === 'dpo') return { ...job, config: { ...job.config, epochs, checkpointEvery } }
  return { ...job, config: { ...job.config, epochs, checkpointEvery } }
}

/** Steps of {@link long} jobs; those of PPO are iterations of up to four optimizer steps. */
export const longSteps = { supervised: 300, ppo: 100 }

/** The same job for a long run: 300 optimizer steps or more. */
export function long(job: TrainingJob): TrainingJob {
  const checkpointEvery = 20
  const epochs = longSteps.supervised / 2
  switch (job.kind) {
    case 'ppo': {
      const seldom = { checkpointEvery, sampleEvery: 25, judgeEvery: 25 }
      return { ...job, config: { ...job.config, totalSteps: longSteps.ppo, ...seldom } }
    }
    case 'sft':
      return { ...job, config: { ...job.config, epochs, checkpointEvery } }
    case 'dpo':
      // Plain DPO lowers the chosen responses until it pauses, long before the last step.
      return { ...job, config: { ...job.config, epochs, checkpointEvery, chosenDrop: null } }
    case 'reward':
      return { ...job, config: { ...job.config, epochs, checkpointEvery } }
  }
}
