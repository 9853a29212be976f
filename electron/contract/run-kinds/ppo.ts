/** PPO: its settings, job, result and verb. */
import { z } from 'zod'
import { JudgeSpec, judgeForms, WrittenJudge } from '../judge-kinds.ts'
import { chatTemplate, model, project } from '../options.ts'
import { eventsThen, trainingVerb } from '../procedure.ts'
import {
  branchableInAnyRun,
  configOptions,
  count,
  lengths,
  type MetricDefinition,
  optimization,
  positive,
  type RunKindRow,
  referenceKlMetrics,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'
import { contradictionOf, creditNames, placementNames } from './ppo-choices.ts'
import { Derivation, likelihood } from './reward.ts'

/** A tripwire that is null is off. */
const Tripwires = z.strictObject({
  maxKl: positive()
    .nullable()
    .default(30)
    .describe('Pause when the mean KL per response exceeds this many nats; none turns this off.')
    .meta({ label: 'Max KL', unit: 'nats' }),
  lengthChange: positive()
    .nullable()
    .default(0.5)
    .describe('Pause when the mean length has changed by more than this share since the first step.')
    .meta({ label: 'Max length change' }),
  maxRepetition: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.5)
    .describe('Pause when more than this share of 4-grams are repeats.'),
  minEosRate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.2)
    .describe('Pause when less than this share of responses end with EOS.')
    .meta({ label: 'Min EOS rate' }),
  judgeDrop: positive()
    .nullable()
    .default(0.1)
    .describe("Pause when rewards rise while the judge's held-out win rate is this far below its best.")
    .meta({ label: 'Max win rate drop' }),
})

export const PpoConfig = z.strictObject({
  ...optimization,
  ...chatTemplate,
  maxQueryTokens: lengths.maxQueryTokens,
  learningRate: positive().default(5e-5).describe('Peak learning rate.'),
  decay: z
    .enum(['constant', 'linear', 'cosine'])
    .default('constant')
    .describe('Shape of the learning rate after the warm-up.')
    .meta({ label: 'Learning rate decay' }),
  placement: z
    .enum(placementNames)
    .default('token')
    .describe(
      'One reward per token; one per response, at its last token (sequence); or both, from two reward models: token rewards that only say where a response earns its sequence score (shaped), or a weighted sum (mixed).',
    )
    .meta({ label: 'Reward placement' }),
  derivedRewards: z
    .enum([...Derivation.options, likelihood])
    .nullable()
    .default(null)
    .describe(
      'Take token rewards from a reward model of whole responses (scheme sequence): the change of its score at each token (red: Li et al. 2024), or only its larger changes (confident); or from a language model, named as the reward model: how much likelier it makes each token than the policy does before the run (likelihood; with a model trained by DPO that is RTO: Zhong et al. 2024); none takes the rewards that the model learned for tokens.',
    )
    .meta({ label: 'Derived token rewards' }),
  ensemblePenalty: z
    .number()
    .nonnegative()
    .default(1)
    .describe(
      'With several reward models (ensemble): how many of their standard deviations are subtracted from their mean.',
    )
    .meta({ label: 'Disagreement penalty' }),
  tokenWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Mixed placement: weight of the token rewards; that of the sequence score is the rest to 1.'),
  totalSteps: count().default(100).describe('Iterations; each samples, scores and updates.'),
  rolloutBatchSize: count()
    .default(64)
    .describe('Responses sampled per iteration.')
    .meta({ unit: 'responses' }),
  samplesPerPrompt: count()
    .default(1)
    .describe('Responses to each prompt of an iteration; the credits rloo and group compare 2 or more.')
    .meta({ unit: 'responses' }),
  maxNewTokens: count()
    .default(64)
    .describe('Maximum length of a response, in tokens.')
    .meta({ unit: 'tokens' }),
  temperature: positive().default(1).describe('Sampling temperature; log-probabilities use it too.'),
  numPpoEpochs: count()
    .default(2)
    .describe('Passes over each batch of responses.')
    .meta({ label: 'PPO epochs' }),
  numMiniBatches: count()
    .default(2)
    .describe('Updates per pass, each on as equal a share of the responses as possible.')
    .meta({ label: 'Mini-batches' }),
  klCoef: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe('Weight of the KL penalty per token; the initial one if it is adaptive.')
    .meta({ label: 'KL coefficient' }),
  adaptiveKl: z
    .strictObject({
      target: positive()
        .describe('KL per response to hold, in nats; omit it to keep the KL coefficient fixed.')
        .meta({ unit: 'nats' }),
      horizon: positive()
        .default(1000)
        .describe('Number of responses over which the KL coefficient adapts.')
        .meta({ unit: 'responses' }),
    })
    .nullable()
    .default(null)
    .describe('Adapt the KL coefficient to hold a KL (Ziegler et al. 2019); none keeps it fixed.')
    .meta({ label: 'Adaptive KL' }),
  rewardClip: positive()
    .nullable()
    .default(5)
    .describe('Limit of normalised rewards, in deviations of a reference response; none turns it off.'),
  rewardBound: z
    .enum(['response', 'token', 'par'])
    .default('response')
    .describe(
      'What the limit applies to: what a response earns in all, or each single reward (token). par takes the probability to beat a reference response instead, which is bounded without a limit (Fu et al. 2025).',
    ),
  sumRewardOver: z
    .enum(['token', 'segment'])
    .default('token')
    .describe('With token placement: reward each token, or the last token of a segment with its sum.')
    .meta({ label: 'Reward per' }),
  missingEosPenalty: z
    .number()
    .nonnegative()
    .default(1)
    .describe(
      'Subtracted from what a response earns if it does not end with EOS, at its last token; in deviations of a reference response.',
    )
    .meta({ label: 'Missing-EOS penalty' }),
  credit: z
    .enum(creditNames)
    .default('gae')
    .describe(
      "How rewards become advantages: against a critic (gae), or without one: rewards to go, whitened (reinforce++), or compared with other responses to the same prompt, by their mean (rloo) or by the group's mean and deviation (group).",
    )
    .meta({ label: 'Credit estimator' }),
  gamma: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Discount factor of rewards.')
    .meta({ label: 'Discount (gamma)' }),
  gaeLambda: z
    .number()
    .min(0)
    .max(1)
    .default(0.95)
    .describe('Lambda of generalised advantage estimation.')
    .meta({ label: 'GAE lambda' }),
  whitenAdvantages: z
    .boolean()
    .default(true)
    .describe(
      'Normalise advantages to mean 0 and variance 1 over the response tokens; not for rloo and group, which have their own unit.',
    ),
  clipRange: positive().default(0.2).describe('The probability ratio is clipped to 1 ± this.'),
  clipRangeValue: positive()
    .default(0.2)
    .describe('Value updates are clipped to ± this.')
    .meta({ label: 'Value clip range' }),
  vfCoef: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe('Weight of the value loss.')
    .meta({ label: 'Value loss coefficient' }),
  entCoef: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Weight of the entropy bonus.')
    .meta({ label: 'Entropy coefficient' }),
  targetKl: positive()
    .nullable()
    .default(null)
    .describe(
      'End the passes over a batch early when approxkl exceeds 1.5 times this; none never ends them early.',
    )
    .meta({ label: 'Target KL', unit: 'nats' }),
  valueTrunk: z
    .enum(['separate', 'shared'])
    .default('shared')
    .describe('A value head on the policy (shared), or a separate value model.')
    .meta({ label: 'Value model' }),
  valueInit: z
    .enum(['reward', 'policy'])
    .default('reward')
    .describe('Whose weights a separate value model starts from; its head is new.')
    .meta({ label: 'Value model start' }),
  normalizationSamples: count()
    .default(128)
    .describe('Reference responses that set the scale of the rewards.')
    .meta({ unit: 'responses' }),
  tripwires: Tripwires.default(Tripwires.parse({}))
    .describe('When the run pauses automatically.')
    .meta({ label: 'Tripwire' }),
  sampleEvery: count()
    .default(10)
    .describe('Steps between recorded samples.')
    .meta({ label: 'Sample interval', unit: 'steps' }),
  judgeEvery: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Steps between evaluations on held-out prompts; 0 evaluates only at the end.')
    .meta({ label: 'Judge interval', unit: 'steps' }),
})
export type PpoConfig = z.infer<typeof PpoConfig>

export const PpoJob = z.strictObject({
  kind: z.literal('ppo'),
  policy: z.string(),
  rewardModel: z.string(),
  /** Scores whole responses, for the placements that need a second reward model. */
  sequenceModel: z.string().nullable().default(null),
  /** Further reward models of the same scheme. */
  ensemble: z.array(z.string()).default([]),
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
    z
      .strictObject({
        project,
        policy: model('Policy to start from').meta({ positional: 2, value: 'POLICY' }),
        rewardModel: model('Reward model').meta({ positional: 3, value: 'REWARD_MODEL' }),
        sequenceModel: model('Second reward model, of whole responses, for the placements shaped and mixed')
          .nullable()
          .default(null)
          .meta({ value: 'SEQUENCE_MODEL' }),
        ensemble: z
          .array(z.string().min(1))
          .default([])
          .describe(
            'Further reward models of the same scheme, such as those of other seeds: a token earns their mean, less what they disagree by.',
          )
          .meta({ value: 'REWARD_MODEL' }),
        ...sharedOptions,
        judge: WrittenJudge.nullable()
          .default(null)
          .describe(`Judges held-out responses along the way. ${judgeForms}`)
          .meta({ value: 'JUDGE' }),
        config: configOptions(PpoConfig),
      })
      .superRefine((input, context) => {
        const contradiction = contradictionOf(input)
        if (contradiction) context.addIssue({ code: 'custom', ...contradiction })
      }),
  )
  .output(eventsThen(PpoResult.extend(started)))

/** Metrics of each step, besides those of any optimizer. */
const metrics = {
  ...referenceKlMetrics,
  'objective/kl_coef': { formula: 'klCoef', meaning: 'Weight of the KL penalty in this step.' },
  'objective/entropy': {
    formula: 'mean over tokens of −Σ p log p',
    meaning: 'Entropy of the policy, in nats per token.',
  },
  'objective/scores': {
    formula: 'mean over responses of Σ_t normalised reward',
    meaning: 'Reward before the KL penalty: that of the reward model, minus the penalty for a missing EOS.',
  },
  'objective/rlhf_reward': {
    formula: 'mean over responses of Σ_t rewards',
    meaning: 'Reward minus KL penalty: what PPO maximises.',
  },
  'policy/approxkl': {
    formula: '½ mean (log π_new − log π_old)²',
    meaning: 'How far the updates moved the policy.',
  },
  'policy/clipfrac': {
    formula: 'share of tokens whose ratio loss was clipped',
    meaning: 'Healthy below about 0.3.',
  },
  'policy/ratio': { formula: 'mean π_new / π_old', meaning: 'Should stay near 1.' },
  'loss/policy': { formula: 'mean max(−A ρ, −A clip(ρ))', meaning: "PPO's clipped loss." },
  'loss/value': { formula: '½ mean max((V − R)², (clip(V) − R)²)', meaning: 'Clipped value loss.' },
  'val/clipfrac': { formula: 'share of clipped value updates', meaning: 'How often the value clip acts.' },
  'val/explained_variance': {
    formula: '1 − Var(R − V) / Var(R)',
    meaning: 'How well values predict returns.',
  },
  'response/length': { formula: 'mean tokens', meaning: 'Mean response length.' },
  'response/eos_rate': {
    formula: 'share ended by EOS',
    meaning: 'Share of responses that ended with EOS rather than at the length limit.',
  },
  'response/repetition': {
    formula: 'share of repeated 4-grams',
    meaning: 'How much responses repeat themselves.',
  },
  'judge/win_rate': {
    formula: '100 (wins + ½ ties) / n',
    meaning: 'Win rate against the reference on held-out prompts, in percent.',
  },
} as const satisfies Record<string, MetricDefinition>

export const ppo = {
  title: 'PPO',
  summary: 'optimises the policy on the rewards of a reward model',
  trainsOn: () => 'prompts',
  makes: 'language',
  models: { policy: 'path', rewardModel: 'path', sequenceModel: 'optional', ensemble: 'list' },
  leadingMetric: 'objective/scores',
  startCompilations: 5,
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
    'rewardBound',
    'missingEosPenalty',
    'gamma',
    'gaeLambda',
    'sampleEvery',
    'judgeEvery',
  ],
  olderSettings: { rewardBound: 'token' },
  config: PpoConfig,
  metrics,
  result: PpoResult,
  verb,
} as const satisfies RunKindRow<typeof PpoConfig, typeof metrics>
