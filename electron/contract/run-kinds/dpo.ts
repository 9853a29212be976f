/** DPO: its settings, job and verb. */
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
  maxSteps,
  optimization,
  positive,
  type RunKindRow,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'

export const DpoConfig = z.strictObject({
  ...optimization,
  ...chatTemplate,
  batchSize,
  ...lengths,
  beta: positive()
    .default(0.1)
    .describe('Strength of the KL constraint to the reference (Rafailov et al. 2023).')
    .meta({ label: 'DPO beta' }),
  pairs: z
    .enum(['edited', 'original'])
    .default('edited')
    .describe('Which pairs to train on: edited over rejected, or chosen over rejected (original).'),
  epochs: count().default(1).describe('Passes over the pairs.'),
  maxSteps,
})
export type DpoConfig = z.infer<typeof DpoConfig>

export const DpoJob = z.strictObject({
  kind: z.literal('dpo'),
  policy: z.string(),
  config: DpoConfig,
  ...runFiles,
})

const verb = trainingVerb(
  'Train a policy by DPO on pairs.',
  'train dpo ferry.stet base --name dpo --beta 0.1',
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

/** Metrics of each step, besides those of any optimizer. */
const metrics = {
  'dpo/accuracy': {
    formula: 'mean [implicit reward margin > 0]',
    meaning: 'Share of pairs in the right order under the policy.',
  },
  'dpo/margin': { formula: 'mean β (Δ log π − Δ log π_ref)', meaning: 'Implicit reward margin.' },
} as const satisfies Record<string, MetricDefinition>

export const dpo = {
  title: 'DPO',
  summary: 'trains the policy on pairs directly: a baseline without a reward model',
  trainsOn: ({ pairs }) => pairs,
  makes: 'language',
  models: { policy: 'path' },
  leadingMetric: 'dpo/accuracy',
  startCompilations: 3.6,
  branchable: [...branchableWithExamples, 'beta'],
  config: DpoConfig,
  metrics,
  result: TrainingResult,
  verb,
} as const satisfies RunKindRow<typeof DpoConfig, typeof metrics>
