/**
 * What all kinds of run share: the settings of optimization, the options of a verb that trains, models as a job names
 * them, and how a run ends. Settings have a unit, range, default and one sentence each: forms, options of the command
 * line and docs are made from these schemas; unknown keys are refused.
 */
import { z } from 'zod'
import { datasets, heldout, modelPresets, runName } from '../options.ts'

/** A logged metric, as tooltips, docs and CSV headers show it. */
export interface MetricDefinition {
  formula: string
  meaning: string
}

/**
 * The rows that a run takes from its project: items with a chosen response, all items, finished edits, or items with a
 * chosen and a rejected response.
 */
export type InputRows = 'demonstrations' | 'prompts' | 'edited' | 'original'

/** What is particular to a kind of run. */
export interface RunKindRow<
  Config extends z.ZodObject = z.ZodObject,
  Metrics extends Record<string, MetricDefinition> = Record<string, MetricDefinition>,
> {
  title: string
  /** What it does, for lists. */
  summary: string
  /** The rows that it takes from its project, by its settings. */
  trainsOn(config: z.infer<Config>): InputRows
  /** The kind of model it makes. */
  makes: 'language' | 'reward'
  /**
   * Fields of its verb and job that name models; the run trains the first. In the job it is a path, a ModelRef of a
   * model on disk (`ref`), a ModelRef that may also be of a preset (`start`), a path or null (`optional`), or
   * a list of paths (`list`).
   */
  models: Readonly<Record<string, 'path' | 'ref' | 'start' | 'optional' | 'list'>>
  /** The metric that best summarises it. */
  leadingMetric: keyof Metrics
  /** The metrics that it logs, besides those of any optimizer. */
  metrics: Metrics
  /**
   * Typical number of compilations at start-up, in units of the benchmark's training-step compilation: for estimates
   * before a first run.
   */
  startCompilations: number
  /** The settings that a branch may change: they alter neither model nor data. */
  branchable: readonly (keyof Config['shape'])[]
  /** What runs of versions without a setting did, if that is not its default. A run that resumes does the same still. */
  olderSettings?: Partial<z.output<Config>>
  config: Config
  result: z.ZodObject
  verb: object
}

export const positive = () => z.number().positive()
export const count = () => z.int().positive()

/** Settings that every training run has. */
export const optimization = {
  seed: z.int().nonnegative().default(1).describe('Seed of every random choice of the run.'),
  microBatchSize: count()
    .nullable()
    .default(null)
    .describe('Examples per forward pass; none passes the whole batch at once.')
    .meta({ label: 'Micro-batch size', unit: 'examples' }),
  gradientCheckpointing: z
    .boolean()
    .default(false)
    .describe(
      'Keep only the inputs of the layers for the backward pass and recompute the rest: less memory, about a third more time.',
    ),
  loraRank: count()
    .nullable()
    .default(null)
    .describe(
      'Train low-rank adapters of this rank on every linear layer instead of the weights (Hu et al. 2021); none trains all weights. Adapters need about ten times the learning rate.',
    )
    .meta({ label: 'LoRA rank' }),
  learningRate: positive().default(1e-4).describe('Peak learning rate.'),
  warmupSteps: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Steps of linear warm-up.')
    .meta({ label: 'Warm-up steps' }),
  decay: z
    .enum(['constant', 'linear', 'cosine'])
    .default('cosine')
    .describe('Shape of the learning rate after the warm-up.')
    .meta({ label: 'Learning rate decay' }),
  weightDecay: z.number().nonnegative().default(0).describe('Decoupled weight decay, for matrices only.'),
  beta1: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe("AdamW's decay rate of the first moment.")
    .meta({ label: 'AdamW beta 1' }),
  beta2: z
    .number()
    .min(0)
    .lt(1)
    .default(0.95)
    .describe("AdamW's decay rate of the second moment.")
    .meta({ label: 'AdamW beta 2' }),
  epsilon: positive().default(1e-8).describe("AdamW's epsilon.").meta({ label: 'AdamW epsilon' }),
  maxGradNorm: positive()
    .default(1)
    .describe('Gradients are clipped to this global norm.')
    .meta({ label: 'Max gradient norm' }),
  checkpointEvery: z
    .int()
    .nonnegative()
    .default(50)
    .describe('Steps between checkpoints; 0 saves only at the end.')
    .meta({ label: 'Checkpoint interval', unit: 'steps' }),
}

export const batchSize = count()
  .default(16)
  .describe('Examples per optimizer step.')
  .meta({ unit: 'examples' })

export const lengths = {
  maxQueryTokens: count()
    .default(256)
    .describe(
      'Prompts longer than this many tokens are cut, from the end of the context first; the run records how many.',
    )
    .meta({ label: 'Max prompt length', unit: 'tokens' }),
  maxResponseTokens: count()
    .default(128)
    .describe('Examples with responses longer than this many tokens are left out; the run records how many.')
    .meta({ label: 'Max response length', unit: 'tokens' }),
}

export const maxSteps = count()
  .nullable()
  .default(null)
  .describe('Stop after this many steps; none runs all epochs.')

export const klSamples = z
  .int()
  .nonnegative()
  .default(64)
  .describe(
    'Responses sampled at the end to measure the KL from the policy that the run starts from; 0 measures none.',
  )
  .meta({ label: 'KL samples', unit: 'responses' })

/**
 * How far a policy is from the one that it started from: measured by PPO as it samples, and by other runs at their end,
 * on held-out prompts if there are any.
 */
export const referenceKlMetrics = {
  'objective/kl': {
    formula: 'mean over responses of Σ_t (log π − log π_ref)',
    meaning: 'KL of a response from the reference, in nats.',
  },
  'objective/kl_k3': {
    formula: 'mean over responses of Σ_t (e^−d − 1 + d), d = log π − log π_ref',
    meaning: 'The same, by the low-variance estimator.',
  },
  'objective/heldout_kl': {
    formula: 'mean over held-out responses of Σ_t (log π − log π_ref)',
    meaning:
      'The same on responses to held-out prompts, at the end and whenever a judge evaluates: a distance that training did not shape.',
  },
  'objective/heldout_kl_k3': {
    formula: 'mean over held-out responses of Σ_t (e^−d − 1 + d), d = log π − log π_ref',
    meaning: 'The same, by the low-variance estimator.',
  },
} as const satisfies Record<string, MetricDefinition>

/** Settings that a branch of any run may change. */
export const branchableInAnyRun = [
  'learningRate',
  'warmupSteps',
  'decay',
  'weightDecay',
  'beta1',
  'beta2',
  'epsilon',
  'maxGradNorm',
  'microBatchSize',
  'gradientCheckpointing',
  'checkpointEvery',
] as const

/** The same for a run over fixed examples. */
export const branchableWithExamples = [...branchableInAnyRun, 'epochs', 'maxSteps'] as const

/** A model on disk (Hugging Face folder or GGUF), or a small one to be made from scratch. */
export const ModelRef = z.union([
  z.strictObject({ path: z.string() }),
  z.strictObject({
    preset: z.enum(modelPresets),
    /** Whole words that the byte-level tokenizer has as single tokens. */
    words: z.array(z.string()),
    seed: z.int().nonnegative(),
  }),
])
export type ModelRef = z.infer<typeof ModelRef>

/**
 * `input` is a JSONL file of rows `{ split, item, edited? }` (see RunInputRow). `folder` is the run's own: it gets
 * `step-…/` checkpoints and, at the end, `model/`.
 */
export const runFiles = { input: z.string(), folder: z.string() }

/** How large a run is. With it, the pace of one run predicts that of another. */
export const RunScale = z.object({
  /** Numbers of the model that is trained, adapters aside. */
  parameters: z.number().positive(),
  /** Of a step, on average: floating-point operations, bytes of weights and caches read, calls of compiled functions. */
  flops: z.number().nonnegative(),
  bytes: z.number().nonnegative(),
  calls: z.number().nonnegative(),
})
export type RunScale = z.infer<typeof RunScale>

/** How a training job ended. */
export const TrainingResult = z.object({
  state: z.enum(['done', 'paused']),
  step: z.int().nonnegative(),
  /** Why it paused automatically; null if it did not. */
  reason: z.string().nullable(),
  /** Hugging Face folder of the trained model; null while paused. */
  model: z.string().nullable(),
  /** Examples left out because they were too long. */
  dropped: z.int().nonnegative(),
  /** Prompts cut to fit. */
  cut: z.int().nonnegative(),
  scale: RunScale.nullable(),
})
export type TrainingResult = z.infer<typeof TrainingResult>

/** What every training run is asked for besides its config. */
export const sharedOptions = {
  name: runName,
  datasets,
  heldout,
  heldoutLimit: z
    .int()
    .positive()
    .default(512)
    .describe('At most this many held-out rows are used for evaluation.')
    .meta({ label: 'Max held-out rows' }),
}

/** Each field of the config becomes a separate option. */
export function configOptions<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape, z.core.$strict>) {
  return z
    .prefault(schema, {} as never)
    .describe('Settings of the run.')
    .meta({ flat: true })
}

/** What a verb that trains returns besides the result of the job. */
export const started = { run: z.string(), name: z.string() }
