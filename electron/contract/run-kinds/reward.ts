/** Reward models: settings, job, result and verb of their runs. */
import { z } from 'zod'
import { chatTemplate, model, project } from '../options.ts'
import { eventsThen, trainingVerb } from '../procedure.ts'
import {
  batchSize,
  branchableWithExamples,
  configOptions,
  count,
  lengths,
  type MetricDefinition,
  ModelRef,
  maxSteps,
  optimization,
  type RunKindRow,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'

export const RewardScheme = z.enum([
  'bt-mean',
  'bt-changed',
  'bt-mean-changed',
  'bt-balanced',
  'classify',
  'regress',
  'sequence',
])
export type RewardScheme = z.infer<typeof RewardScheme>

/** Ways to derive token rewards from a reward model of whole responses; `pipeline/reward/derived.ts` has the formulas. */
export const Derivation = z.enum(['red', 'confident'])
export type Derivation = z.infer<typeof Derivation>

/** The name of token rewards that a language model gives, which has no scheme. */
export const likelihood = 'likelihood'

export const RewardConfig = z.strictObject({
  ...optimization,
  ...chatTemplate,
  batchSize,
  ...lengths,
  scheme: RewardScheme.default('bt-balanced')
    .describe('How labels become a loss (see docs/PAPER.md).')
    .meta({ label: 'Reward scheme' }),
  pairs: z
    .enum(['edited', 'original'])
    .default('edited')
    .describe(
      'Which pairs to train on: edited over rejected, or chosen over rejected (original), which only scheme sequence learns from.',
    ),
  keptPenalty: z
    .number()
    .nonnegative()
    .default(1)
    .describe(
      'Schemes bt-balanced, bt-changed and bt-mean-changed: weight of the mean squared reward of kept tokens.',
    )
    .meta({ label: 'Penalty on kept tokens' }),
  gapLabels: z
    .boolean()
    .default(false)
    .describe(
      'In rejected responses, also label the token after a place where the edit only inserts, EOS included: something is missing there.',
    )
    .meta({ label: 'Label gaps' }),
  softLabels: z
    .boolean()
    .default(false)
    .describe(
      'For training, label the tokens of a response that several people edited by the share of them who deleted each, instead of once per edit.',
    )
    .meta({ label: 'Soft labels' }),
  minorWeight: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe(
      'How much of a change that its annotator has called minor is learned; the rest of its tokens counts as kept. Other changes count in full.',
    )
    .meta({ label: 'Weight of minor changes' }),
  spanWeighted: z
    .boolean()
    .default(false)
    .describe('Scheme regress: divide the target of a token by the length of its span.')
    .meta({ label: 'Weight by span' }),
  anchorPenalty: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'Weight of the mean squared reward of tokens that the model samples before training: no one has judged them, so they are worth 0. 0 samples none.',
    )
    .meta({ label: 'Penalty on sampled tokens' }),
  anchorSamples: count()
    .default(256)
    .describe('With anchorPenalty: training prompts that the model answers once each, before training.')
    .meta({ label: 'Sampled prompts' }),
  epochs: count().default(2).describe('Passes over the pairs.'),
  maxSteps,
})
export type RewardConfig = z.infer<typeof RewardConfig>

export const RewardJob = z.strictObject({
  kind: z.literal('reward'),
  model: ModelRef,
  config: RewardConfig,
  ...runFiles,
})

export const RewardResult = TrainingResult.extend({
  heldout: z
    .object({
      pairs: z.int().nonnegative(),
      accuracy: z.number(),
      margin: z.number(),
      calibrationError: z.number().nullable(),
      tokens: z
        .object({
          auroc: z.number().nullable(),
          keptMean: z.number().nullable(),
          meanByPosition: z.array(z.number()),
        })
        .nullable(),
    })
    .nullable(),
  heldoutF1: z.number().nullable(),
  /**
   * The ceiling of `heldoutF1`: one editor's deleted tokens against another's, on held-out items with several edits; null
   * if there are none.
   */
  editors: z.object({ f1: z.number(), items: z.int().positive() }).nullable().default(null),
  /** AUROC of token rewards by kind of marked error or sorted change, against the tokens of the same texts without one. */
  spanAuroc: z.record(z.string(), z.number()).default({}),
  /** Words called bad against error spans that people marked; null if no held-out item has spans. */
  spanAgreement: z
    .object({ precision: z.number(), recall: z.number(), f1: z.number(), items: z.int().positive() })
    .nullable(),
})

const verb = trainingVerb(
  'Train a reward model on labelled edits or on preference pairs.',
  'train reward ferry.stet base --name rewards --scheme bt-balanced',
)
  .input(
    z.strictObject({
      project,
      model: model('Model to start from').meta({ positional: 2, value: 'MODEL' }),
      ...sharedOptions,
      config: configOptions(RewardConfig),
    }),
  )
  .output(eventsThen(RewardResult.extend(started)))

/** Metrics of each step, besides those of any optimizer. */
const metrics = {
  'reward/accuracy': {
    formula: 'mean [S(preferred) > S(rejected)]',
    meaning: 'Share of training pairs in the right order.',
  },
  'reward/heldout_accuracy': {
    formula: 'mean [S(preferred) > S(rejected)], held out',
    meaning: 'Held-out pairwise accuracy; ties count ½.',
  },
  'reward/margin': {
    formula: 'mean S(preferred) − S(rejected)',
    meaning: 'Mean difference of sequence scores.',
  },
  'reward/kept_mean': {
    formula: 'mean r over kept tokens',
    meaning: 'Drift of the rewards of unchanged tokens.',
  },
  'reward/token_auroc': {
    formula: 'P(r(good token) > r(bad token)), held out',
    meaning: 'How well token rewards rank labels.',
  },
} as const satisfies Record<string, MetricDefinition>

export const reward = {
  title: 'Reward model',
  summary: 'training learns rewards from edits or preference pairs',
  trainsOn: ({ pairs }) => pairs,
  makes: 'reward',
  models: { model: 'ref' },
  leadingMetric: 'reward/accuracy',
  startCompilations: 2.8,
  branchable: [...branchableWithExamples, 'keptPenalty'],
  config: RewardConfig,
  metrics,
  result: RewardResult,
  verb,
} as const satisfies RunKindRow<typeof RewardConfig, typeof metrics>
