/** Direct losses, DPO and its relatives: their settings, job and verb. */
import { z } from 'zod'
import { chatTemplate, model, project } from '../options.ts'
import { eventsThen, trainingVerb } from '../procedure.ts'
import {
  batchSize,
  branchableWithExamples,
  configOptions,
  count,
  klSamples,
  lengths,
  type MetricDefinition,
  maxSteps,
  optimization,
  positive,
  type RunKindRow,
  referenceKlMetrics,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'

export const DirectLoss = z.enum(['dpo', 'dpop', 'rpo', 'ddpo', 'tdpo', 'kto', 'figa', 'salt'])
export type DirectLoss = z.infer<typeof DirectLoss>

const weight = () => z.number().nonnegative()

export const DpoConfig = z.strictObject({
  ...optimization,
  ...chatTemplate,
  batchSize,
  ...lengths,
  loss: DirectLoss.default('dpo').describe(
    'What is minimised: a preference loss (dpo, dpop, rpo, ddpo, tdpo, kto) or the likelihood of labelled tokens (figa, salt); formulas in docs/METHODS.md.',
  ),
  beta: positive()
    .default(0.1)
    .describe(
      'Preference losses: strength of the KL constraint to the reference (Rafailov et al. 2023). Loss ddpo divides by the length and needs a larger one.',
    )
    .meta({ label: 'DPO beta' }),
  dpopLambda: weight()
    .default(5)
    .describe('Loss dpop: weight of the penalty for a chosen response that becomes less likely.')
    .meta({ label: 'DPOP lambda' }),
  rpoAlpha: weight()
    .default(1)
    .describe("Loss rpo: weight of the chosen response's negative log-likelihood per token.")
    .meta({ label: 'RPO alpha' }),
  ddpoGamma: positive()
    .default(5)
    .describe('Loss ddpo: weight of a changed token; a kept one has 1.')
    .meta({ label: 'DDPO gamma' }),
  tdpoAlpha: weight()
    .default(0.5)
    .describe('Loss tdpo: weight of the difference of sequential KL.')
    .meta({ label: 'TDPO alpha' }),
  insertedWeight: weight()
    .default(1)
    .describe('Losses figa and salt: weight of the log-likelihood of inserted tokens.'),
  keptWeight: weight()
    .default(1)
    .describe(
      'Losses figa and salt: weight of the log-likelihood of the kept tokens of the edited response.',
    ),
  deletedWeight: weight()
    .default(0.1)
    .describe('Losses figa and salt: weight of the term that makes deleted tokens less likely.'),
  pairs: z
    .enum(['edited', 'original'])
    .default('edited')
    .describe('Which pairs to train on: edited over rejected, or chosen over rejected (original).'),
  epochs: count().default(1).describe('Passes over the pairs.'),
  maxSteps,
  chosenDrop: positive()
    .nullable()
    .default(10)
    .describe(
      'Pause when chosen responses have lost this many nats of log-probability on average and are still losing, as with dpo and ddpo on pairs that differ little; none turns this off.',
    )
    .meta({ label: 'Max drop of the chosen', unit: 'nats' }),
  klSamples,
})
export type DpoConfig = z.infer<typeof DpoConfig>

export const DpoJob = z.strictObject({
  kind: z.literal('dpo'),
  policy: z.string(),
  config: DpoConfig,
  ...runFiles,
})

const verb = trainingVerb(
  'Train a policy on pairs directly: by DPO or a related loss.',
  'train dpo ferry.stet base --name dpo --loss dpop --beta 0.1',
)
  .input(
    z.strictObject({
      project,
      policy: model('Policy to start from, and reference').meta({ positional: 2, value: 'POLICY' }),
      ...sharedOptions,
      config: configOptions(DpoConfig),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))

/** Metrics of each step, besides those of any optimizer. Δ is log π − log π_ref of a whole response. */
const metrics = {
  'dpo/accuracy': {
    formula: 'mean [implicit reward margin > 0]',
    meaning: 'Share of pairs in the right order under the policy.',
  },
  'dpo/margin': { formula: 'mean β (Δ log π − Δ log π_ref)', meaning: 'Implicit reward margin.' },
  'dpo/logp_chosen': {
    formula: 'mean over pairs of log π − log π_ref of the chosen response',
    meaning: 'Change of the log-probability of chosen responses since the start, in nats per response.',
  },
  'dpo/logp_rejected': {
    formula: 'mean over pairs of log π − log π_ref of the rejected response',
    meaning: 'The same for rejected responses.',
  },
  'dpo/heldout_accuracy': {
    formula: 'mean [implicit reward margin > 0], held out',
    meaning: 'Held-out pairs in the right order under the policy; ties count ½.',
  },
  ...referenceKlMetrics,
} as const satisfies Record<string, MetricDefinition>

export const dpo = {
  title: 'Direct losses',
  summary: 'trains the policy on pairs directly, by DPO or a related loss: no reward model',
  trainsOn: ({ pairs }) => pairs,
  makes: 'language',
  models: { policy: 'path' },
  leadingMetric: 'dpo/accuracy',
  startCompilations: 3.6,
  branchable: [
    ...branchableWithExamples,
    'beta',
    'dpopLambda',
    'rpoAlpha',
    'ddpoGamma',
    'tdpoAlpha',
    'insertedWeight',
    'keptWeight',
    'deletedWeight',
    'chosenDrop',
    'klSamples',
  ],
  olderSettings: { chosenDrop: null, klSamples: 0 },
  config: DpoConfig,
  metrics,
  result: TrainingResult,
  verb,
} as const satisfies RunKindRow<typeof DpoConfig, typeof metrics>
