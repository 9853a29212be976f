/** Settings of the demo and of the real run; each figure was chosen by trying, on 2 cores. */
import { worldSettings } from '../../contract/presets.ts'
import { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../contract/run-kinds/reward.ts'
import { SftConfig } from '../../contract/run-kinds/sft.ts'
import type { WorldSizes } from '../data/sample-world.ts'
import type { ExperimentPlan } from './policies.ts'

export interface DemoPreset {
  sizes: WorldSizes
  /** How the reference is trained. */
  reference: SftConfig
  plan: Pick<ExperimentPlan, 'arms' | 'prompts' | 'reward' | 'sft' | 'dpo'> & { ppo: PpoConfig }
  /** Said first in the result; null if the figures need no caution. */
  caveat: string | null
}

const worldPpo = { ...worldSettings.ppo, checkpointEvery: 20 }

/** How everything that learns from pairs learns: imitation gets the same passes and rate as the reward models. */
function onPairs(passes: { epochs: number; warmupSteps: number; checkpointEvery: number }) {
  return {
    reward: RewardConfig.parse({ ...worldSettings.reward, ...passes }),
    sft: SftConfig.parse({ ...worldSettings.reward, ...passes }),
    dpo: DpoConfig.parse({ ...worldSettings.dpo, ...passes }),
  }
}

const demoArms = [
  'sft-edited',
  'sequence-original',
  'sequence-edited',
  'token',
  'token-shaped',
  'token-on-sft',
] as const

/** Under ten minutes on the compiled runtime. */
const full: DemoPreset = {
  sizes: { demonstrations: 10_000, pairs: 3_000 },
  reference: SftConfig.parse({
    ...worldSettings.sft,
    epochs: 3,
    checkpointEvery: 500,
  }),
  plan: {
    arms: [...demoArms],
    prompts: 512,
    ...onPairs({ epochs: 2, warmupSteps: 30, checkpointEvery: 500 }),
    ppo: PpoConfig.parse({ ...worldPpo, totalSteps: 16, rolloutBatchSize: 80, judgeEvery: 8 }),
  },
  caveat: null,
}

/** Every stage, on the embedded runtime too. */
const small: DemoPreset = {
  sizes: { demonstrations: 800, pairs: 240 },
  reference: SftConfig.parse({
    ...worldSettings.sft,
    epochs: 2,
    warmupSteps: 5,
    checkpointEvery: 0,
  }),
  plan: {
    arms: [...demoArms],
    prompts: 24,
    ...onPairs({ epochs: 1, warmupSteps: 5, checkpointEvery: 0 }),
    ppo: PpoConfig.parse({
      ...worldPpo,
      // So little training ends in text that would trip them.
      tripwires: {
        maxKl: null,
        lengthChange: null,
        maxRepetition: null,
        minEosRate: null,
        judgeDrop: null,
      },
      totalSteps: 3,
      rolloutBatchSize: 16,
      normalizationSamples: 16,
      judgeEvery: 0,
    }),
  },
  caveat:
    'A run of a few minutes that only passes through every stage: its figures are too small to mean anything.',
}

export const demoPresets = { full, small }
export type DemoPresetName = keyof typeof demoPresets

/** SmolLM2-135M-Instruct on real edits: what 2 cores do in less than an hour. */
export function realPlan(steps: number): DemoPreset['plan'] {
  const lengths = { maxQueryTokens: 192, maxResponseTokens: 96 }
  return {
    arms: ['sequence-edited', 'token'],
    prompts: 32,
    sft: SftConfig.parse(lengths),
    dpo: DpoConfig.parse(lengths),
    reward: RewardConfig.parse({
      ...lengths,
      epochs: 4,
      maxSteps: 30,
      batchSize: 8,
      microBatchSize: 4,
      learningRate: 2e-5,
      warmupSteps: 5,
      checkpointEvery: 0,
    }),
    ppo: PpoConfig.parse({
      maxQueryTokens: lengths.maxQueryTokens,
      maxNewTokens: 48,
      totalSteps: steps,
      rolloutBatchSize: 8,
      numPpoEpochs: 1,
      numMiniBatches: 2,
      learningRate: 2e-6,
      normalizationSamples: 16,
      valueTrunk: 'shared',
      checkpointEvery: 10,
      tripwires: { minEosRate: null, lengthChange: null },
    }),
  }
}
