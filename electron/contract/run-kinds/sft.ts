/** Supervised fine-tuning: its settings, job, result and verb. */
import { z } from 'zod'
import { chatTemplate, project } from '../options.ts'
import { eventsThen, trainingVerb } from '../procedure.ts'
import {
  batchSize,
  branchableWithExamples,
  configOptions,
  count,
  type InputRows,
  klSamples,
  lengths,
  type MetricDefinition,
  ModelRef,
  maxSteps,
  optimization,
  type RunKindRow,
  referenceKlMetrics,
  runFiles,
  sharedOptions,
  started,
  TrainingResult,
} from './common.ts'

export const SftConfig = z.strictObject({
  ...optimization,
  ...chatTemplate,
  batchSize,
  ...lengths,
  responses: z
    .enum(['chosen', 'edited'])
    .default('chosen')
    .describe('Which responses to imitate: the chosen ones, or the finished edits.'),
  epochs: count().default(3).describe('Passes over the demonstrations.'),
  maxSteps,
  klSamples,
})
export type SftConfig = z.infer<typeof SftConfig>

const rowsOfResponses = {
  chosen: 'demonstrations',
  edited: 'edited',
} as const satisfies Record<SftConfig['responses'], InputRows>

export const SftJob = z.strictObject({
  kind: z.literal('sft'),
  model: ModelRef,
  config: SftConfig,
  ...runFiles,
})

export const SftResult = TrainingResult.extend({ heldoutLoss: z.number().nullable() })

const verb = trainingVerb(
  'Fine-tune a model on demonstrations: chosen responses, or finished edits.',
  'train sft ferry.stet tiny --name base --epochs 3',
)
  .input(
    z.strictObject({
      project,
      model: z
        .string()
        .min(1)
        .describe(
          'Model to start from: a name in this project, a folder, a GGUF file, or the preset tiny or world.',
        )
        .meta({ positional: 2, value: 'MODEL' }),
      ...sharedOptions,
      config: configOptions(SftConfig),
    }),
  )
  .output(eventsThen(SftResult.extend(started)))

/** Metrics of each step, besides those of any optimizer. */
const metrics = {
  'sft/loss': { formula: '−mean log p(token)', meaning: 'Cross-entropy over response tokens, in nats.' },
  'sft/heldout_loss': {
    formula: '−mean log p(token), held out',
    meaning: 'The same, on held-out demonstrations.',
  },
  ...referenceKlMetrics,
} as const satisfies Record<string, MetricDefinition>

export const sft = {
  title: 'SFT',
  summary: 'trains the initial policy on demonstrations',
  trainsOn: ({ responses }) => rowsOfResponses[responses],
  makes: 'language',
  models: { model: 'start' },
  leadingMetric: 'sft/loss',
  startCompilations: 2.8,
  branchable: [...branchableWithExamples, 'klSamples'],
  olderSettings: { klSamples: 0 },
  config: SftConfig,
  metrics,
  result: SftResult,
  verb,
} as const satisfies RunKindRow<typeof SftConfig, typeof metrics>
