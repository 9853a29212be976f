/** Settings to begin with: what every model of the sample world needs, and the presets that the forms offer. */
import type { RunKind } from './run-kinds/index.ts'
import type { VerbArguments } from './verbs.ts'

/** The longest prompts, answers and edits of the sample worlds, with their special tokens. */
const worldLengths = { maxQueryTokens: 72, maxResponseTokens: 64 }

/**
 * The sample world's settings that depend on its texts and its model, not on how long a run may take. Small batches:
 * what a small model learns depends on its steps (docs/RESULTS.md).
 */
export const worldSettings = {
  sft: { ...worldLengths, batchSize: 16, learningRate: 3e-3, warmupSteps: 50 },
  reward: { ...worldLengths, batchSize: 16, learningRate: 2e-3 },
  ppo: { maxQueryTokens: 72, maxNewTokens: 56, learningRate: 2.5e-4, klCoef: 0.1, valueTrunk: 'separate' },
  dpo: { ...worldLengths, learningRate: 1e-4 },
} as const

/** A form's first values; what is omitted stays as it is. */
export interface RunPreset<Kind extends RunKind = RunKind> {
  title: string
  /** What it is for, in a sentence. */
  suits: string
  input: Partial<Omit<VerbArguments<`train ${Kind}`>, 'project'>>
}

/** For runs of minutes on the sample project. */
export const samplePreset = 'Sample world'

export const runPresets: { [Kind in RunKind]?: RunPreset<Kind>[] } = {
  sft: [
    {
      title: samplePreset,
      suits: 'The sample project: a policy from scratch, in about a minute.',
      input: {
        model: 'world',
        name: 'base',
        config: { ...worldSettings.sft, epochs: 3 },
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and similar models, with adapters.',
      input: { config: { loraRank: 16, learningRate: 2e-4, batchSize: 8, epochs: 1 } },
    },
  ],
  reward: [
    {
      title: samplePreset,
      suits: 'The sample project: token rewards from its edits, in about a minute.',
      input: {
        model: 'base',
        name: 'rewards',
        config: { ...worldSettings.reward, epochs: 6, warmupSteps: 10 },
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and similar models, on hundreds of edits.',
      input: { config: { learningRate: 2e-5, batchSize: 8, microBatchSize: 4, maxSteps: 60 } },
    },
  ],
  ppo: [
    {
      title: samplePreset,
      suits: 'The sample project: twenty iterations, judged along the way by the ground truth.',
      input: {
        policy: 'base',
        rewardModel: 'rewards',
        name: 'aligned',
        judge: 'world',
        config: {
          ...worldSettings.ppo,
          totalSteps: 20,
          rolloutBatchSize: 32,
          normalizationSamples: 32,
          judgeEvery: 5,
          sampleEvery: 2,
        },
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and similar models on two cores, with adapters.',
      input: {
        config: {
          loraRank: 16,
          learningRate: 2e-5,
          rolloutBatchSize: 8,
          numPpoEpochs: 1,
          maxNewTokens: 48,
          maxQueryTokens: 192,
          totalSteps: 20,
        },
      },
    },
  ],
  dpo: [
    {
      title: samplePreset,
      suits: 'The sample project: loss dpop, since pairs that differ little are hard for plain DPO.',
      input: { policy: 'base', name: 'dpo', config: { ...worldSettings.dpo, loss: 'dpop' } },
    },
  ],
}
