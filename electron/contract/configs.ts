/**
 * Configurations of runs: every setting with its unit, range, default and one sentence. Forms, CLI options and
 * docs are made from these schemas; unknown keys are refused.
 */
import { z } from 'zod'

const positive = () => z.number().positive()
const count = () => z.int().positive()

/** Settings that every training run has. */
const optimization = {
  seed: z.int().nonnegative().default(1).describe('Seed of every random choice of the run.'),
  microBatchSize: count()
    .nullable()
    .default(null)
    .describe('Examples per forward pass; null takes the whole batch at once.'),
  gradientCheckpointing: z
    .boolean()
    .default(false)
    .describe(
      'Keep only the input of each layer for the backward pass and compute the layer again there: less memory, about a third more time.',
    ),
  loraRank: count()
    .nullable()
    .default(null)
    .describe(
      'Train low-rank adapters of this rank on every linear layer, and not the weights (Hu et al. 2021); null trains all weights. Adapters want about ten times the learning rate.',
    ),
  learningRate: positive().default(1e-4).describe('Peak learning rate.'),
  warmupSteps: z.int().nonnegative().default(0).describe('Steps of linear warm-up.'),
  decay: z
    .enum(['constant', 'linear', 'cosine'])
    .default('cosine')
    .describe('Learning rate after the warm-up.'),
  weightDecay: z.number().nonnegative().default(0).describe('Decoupled weight decay of matrices.'),
  beta1: z.number().min(0).lt(1).default(0.9).describe("AdamW's first decay rate."),
  beta2: z.number().min(0).lt(1).default(0.95).describe("AdamW's second decay rate."),
  epsilon: positive().default(1e-8).describe("AdamW's epsilon."),
  maxGradNorm: positive().default(1).describe('Gradients are clipped to this global norm.'),
  checkpointEvery: z
    .int()
    .nonnegative()
    .default(50)
    .describe('Steps between checkpoints; 0 saves only at the end.'),
}

const batchSize = count().default(16).describe('Examples per optimizer step.')

const lengths = {
  maxQueryTokens: count()
    .default(256)
    .describe('Prompts beyond this are cut, the end of a context first; the run records how many were.'),
  maxResponseTokens: count()
    .default(128)
    .describe('Examples with longer responses are left out; the run records how many were.'),
}

const maxSteps = count()
  .nullable()
  .default(null)
  .describe('Stop after this many steps; null makes all epochs.')

export const SftConfig = z.strictObject({
  ...optimization,
  batchSize,
  ...lengths,
  epochs: count().default(3).describe('Passes over the demonstrations.'),
  maxSteps,
})
export type SftConfig = z.infer<typeof SftConfig>

export const RewardScheme = z.enum(['bt-mean', 'bt-changed', 'classify', 'regress', 'sequence'])
export type RewardScheme = z.infer<typeof RewardScheme>

export const RewardConfig = z.strictObject({
  ...optimization,
  batchSize,
  ...lengths,
  scheme: RewardScheme.default('bt-changed').describe('How labels become a loss (docs/PAPER.md).'),
  pairs: z
    .enum(['edited', 'original'])
    .default('edited')
    .describe('Train on edited/rejected pairs, or (sequence only) on chosen/rejected.'),
  keptPenalty: z
    .number()
    .nonnegative()
    .default(1)
    .describe('bt-changed: weight of the mean squared reward of kept tokens.'),
  spanWeighted: z.boolean().default(false).describe('regress: a span of n tokens has targets of size 1/n.'),
  epochs: count().default(2).describe('Passes over the pairs.'),
  maxSteps,
})
export type RewardConfig = z.infer<typeof RewardConfig>

/** A tripwire that is null never trips. */
const Tripwires = z.strictObject({
  maxKl: positive()
    .nullable()
    .default(30)
    .describe('Pause when the mean KL of a response passes this many nats.'),
  lengthChange: positive()
    .nullable()
    .default(0.5)
    .describe('Pause when the mean length has grown or shrunk by this share since the first step.'),
  maxRepetition: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.5)
    .describe('Pause when this share of 4-grams are repeats.'),
  minEosRate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.2)
    .describe('Pause when fewer responses than this share end by EOS.'),
  judgeDrop: positive()
    .nullable()
    .default(0.1)
    .describe("Pause when reward rises while the judge's held-out win rate is this far below its best."),
})

export const PpoConfig = z.strictObject({
  ...optimization,
  maxQueryTokens: lengths.maxQueryTokens,
  learningRate: positive().default(5e-5).describe('Peak learning rate.'),
  decay: z
    .enum(['constant', 'linear', 'cosine'])
    .default('constant')
    .describe('Learning rate after the warm-up.'),
  placement: z
    .enum(['token', 'sequence'])
    .default('token')
    .describe('A reward at every token, or one at the end.'),
  totalSteps: count().default(100).describe('Iterations: sample, score, update.'),
  rolloutBatchSize: count().default(64).describe('Responses sampled in each iteration.'),
  maxNewTokens: count().default(64).describe('Longest response, in tokens.'),
  temperature: positive().default(1).describe('Sampling temperature, also of the log-probabilities.'),
  numPpoEpochs: count().default(2).describe('Passes over each batch of responses.'),
  numMiniBatches: count().default(2).describe('Updates in each pass.'),
  klCoef: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe('Weight of the KL penalty at each token (its start, when adaptive).'),
  adaptiveKl: z
    .strictObject({
      target: positive().describe('KL per response to hold, in nats.'),
      horizon: positive().default(1000).describe('Responses over which the coefficient adapts.'),
    })
    .nullable()
    .default(null)
    .describe('Adapt klCoef to hold a KL (Ziegler et al. 2019); null keeps it fixed.'),
  rewardClip: positive()
    .nullable()
    .default(5)
    .describe('Normalised rewards are clipped to ± this; null clips nothing.'),
  sumRewardOver: z
    .enum(['token', 'segment'])
    .default('token')
    .describe('token placement: pay each token, or pay the sum of a segment at its last token.'),
  missingEosPenalty: z
    .number()
    .nonnegative()
    .default(1)
    .describe('Taken from the last token of a response without EOS.'),
  gamma: z.number().min(0).max(1).default(1).describe('Discount.'),
  gaeLambda: z.number().min(0).max(1).default(0.95).describe("Generalised advantage estimation's lambda."),
  whitenAdvantages: z.boolean().default(true).describe('Whiten advantages over the response mask.'),
  clipRange: positive().default(0.2).describe('Clip of the probability ratio.'),
  clipRangeValue: positive().default(0.2).describe('Clip of value updates.'),
  vfCoef: z.number().nonnegative().default(0.1).describe('Weight of the value loss.'),
  entCoef: z.number().nonnegative().default(0).describe('Weight of the entropy bonus.'),
  targetKl: positive()
    .nullable()
    .default(null)
    .describe('Stop the passes over a batch when approxkl passes 1.5 times this.'),
  valueTrunk: z
    .enum(['separate', 'shared'])
    .default('shared')
    .describe('Value head on the policy, or a model of its own.'),
  valueInit: z
    .enum(['reward', 'policy'])
    .default('reward')
    .describe('What a separate value model starts from.'),
  normalizationSamples: count()
    .default(128)
    .describe('Reference responses from which the reward scale is taken.'),
  tripwires: Tripwires.default(Tripwires.parse({})).describe('When to pause by itself.'),
  sampleEvery: count().default(10).describe('Steps between recorded samples.'),
  judgeEvery: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Steps between judgings on held-out prompts; 0 judges only at the end.'),
})
export type PpoConfig = z.infer<typeof PpoConfig>

export const DpoConfig = z.strictObject({
  ...optimization,
  batchSize,
  ...lengths,
  beta: positive().default(0.1).describe('Strength of the tie to the reference (Rafailov et al. 2023).'),
  pairs: z
    .enum(['edited', 'original'])
    .default('edited')
    .describe('Prefer edited over rejected, or chosen over rejected.'),
  epochs: count().default(1).describe('Passes over the pairs.'),
  maxSteps,
})
export type DpoConfig = z.infer<typeof DpoConfig>
