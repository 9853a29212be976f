/** PPO: its settings, job, result and verb. */
import { z } from 'zod'
import { JudgeSpec, judgeForms, WrittenJudge } from '../judge-kinds.ts'
import { model, project } from '../options.ts'
import { eventsThen, trainingVerb } from '../procedure.ts'
import {
  branchableInAnyRun,
  configOptions,
  count,
  lengths,
  optimization,
  positive,
  type RunKindRow,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'

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

export const PpoJob = z.strictObject({
  kind: z.literal('ppo'),
  policy: z.string(),
  rewardModel: z.string(),
  judge: JudgeSpec.nullable(),
  config: PpoConfig,
  ...runFiles,
})

export const PpoResult = TrainingResult.extend({ bestFolder: z.string().nullable() })

const verb = trainingVerb(
  'Train a policy by PPO, with a reward at every token or one at the end.',
  'train ppo ferry.stet base rewards --name aligned --placement token --total-steps 30',
)
  .input(
    z.strictObject({
      project,
      policy: model('Policy to start from').meta({ positional: 2, value: 'POLICY' }),
      rewardModel: model('Reward model').meta({ positional: 3, value: 'REWARD_MODEL' }),
      ...sharedOptions,
      judge: WrittenJudge.nullable()
        .default(null)
        .describe(`Judges held-out responses along the way. ${judgeForms}`)
        .meta({ value: 'JUDGE' }),
      config: configOptions(PpoConfig),
    }),
  )
  .output(eventsThen(PpoResult.extend(started)))

export const ppo = {
  title: 'PPO',
  summary: 'optimises the policy on the rewards of a reward model',
  trainsOn: 'prompts',
  makes: 'language',
  models: { policy: 'path', rewardModel: 'path' },
  leadingMetric: 'objective/scores',
  branchable: [
    ...branchableInAnyRun,
    'totalSteps',
    'klCoef',
    'adaptiveKl',
    'tripwires',
    'entCoef',
    'vfCoef',
    'clipRange',
    'clipRangeValue',
    'targetKl',
    'numPpoEpochs',
    'rewardClip',
    'missingEosPenalty',
    'gamma',
    'gaeLambda',
    'sampleEvery',
    'judgeEvery',
  ],
  config: PpoConfig,
  result: PpoResult,
  verb,
} as const satisfies RunKindRow & Record<string, unknown>
