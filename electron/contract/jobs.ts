/**
 * What the host asks of the trainer process and what it returns. A job names files, and data travels in files, so the
 * inputs of a run are frozen and it can be resumed from its folder alone.
 */
import { z } from 'zod'
import { Message } from './records.ts'
import { type RunKind, runKinds, type TrainingJob } from './run-kinds/index.ts'
import { RewardScheme } from './run-kinds/reward.ts'

const Sampling = {
  maxNewTokens: z.int().positive().default(128),
  temperature: z.number().nonnegative().default(0),
  topK: z.int().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  seed: z.int().nonnegative().default(0),
  /** Null stands for those that the model was saved with. */
  templateVariables: z.record(z.string(), z.json()).nullable().default(null),
  keepThinking: z.boolean().default(false),
}

/** What an item asks. */
const Asked = { prompt: z.array(Message), context: z.string() }

export const InferenceJob = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('generate'),
    model: z.string(),
    /** Plain text to continue, or a chat to answer. */
    prompts: z.array(z.union([z.string(), z.object(Asked)])),
    batchSize: z.int().positive().default(8),
    /** Prompts are cut to their last tokens beyond this. */
    maxQueryTokens: z.int().positive().default(4096),
    /** Whether responses may be shorter than `maxNewTokens` where the model's context has less room. */
    fitsContext: z.boolean().optional(),
    /** Prompts at the start that have been answered before, a multiple of `batchSize`; only the others are answered. */
    answered: z.int().nonnegative().optional(),
    /** Whether the rows of each batch are reported as soon as they are sampled. */
    reportsRows: z.boolean().optional(),
    ...Sampling,
  }),
  z.strictObject({
    kind: z.literal('score'),
    rewardModel: z.string(),
    rows: z.array(z.object({ ...Asked, response: z.string() })),
    batchSize: z.int().positive().default(8),
    maxQueryTokens: z.int().positive().default(1024),
  }),
  /** How far a policy is from others, measured on responses that it sampled. */
  z.strictObject({
    kind: z.literal('divergence'),
    policy: z.string(),
    references: z.array(z.string()).min(1),
    rows: z.array(z.object({ ...Asked, ids: z.array(z.int()) })).min(1),
    /** Of the sampling. */
    temperature: z.number().positive(),
    batchSize: z.int().positive().default(8),
    maxQueryTokens: z.int().positive().default(1024),
  }),
  z.strictObject({
    kind: z.literal('choose'),
    model: z.string(),
    prompts: z.array(z.object({ prompt: z.array(Message) })),
    /** What may come next; each is a single token. */
    choices: z.array(z.string()).min(2),
    batchSize: z.int().positive().default(8),
  }),
  z.strictObject({
    kind: z.literal('bench'),
    what: z.enum(['train', 'generate', 'ppo']),
    model: z.enum(['tiny', 'smollm2']),
    batch: z.int().positive(),
    prompt: z.int().positive(),
    new: z.int().positive(),
    steps: z.int().positive(),
    lora: z.int().positive().nullable(),
    valueTrunk: z.enum(['separate', 'shared']),
  }),
  /** Keeps a model open and answers what it is asked (`serving.ts`) until it is stopped. */
  z.strictObject({ kind: z.literal('serve'), model: z.string() }),
  z.strictObject({ kind: z.literal('runtime') }),
  z.strictObject({ kind: z.literal('speed') }),
])
export type InferenceJob = z.infer<typeof InferenceJob>

export type Job = TrainingJob | InferenceJob

/** The fields of a peer's benchmark, so that both can be compared. */
export const BenchResult = z.object({
  what: z.string(),
  model: z.string(),
  batch: z.number(),
  prompt: z.number(),
  new: z.number(),
  tokens_per_s: z.number(),
  /** Median. */
  s_per_step: z.number(),
  /** The step that is not counted, because it compiles. */
  first_step_s: z.number(),
  peak_rss_gb: z.number(),
  lora: z.int().nullable(),
  value_trunk: z.enum(['shared', 'separate']),
  runtime: z.string(),
  threads: z.number(),
})
export type BenchResult = z.infer<typeof BenchResult>

export const RuntimeResult = z.object({
  kind: z.enum(['tensorflow', 'wasm']),
  version: z.string(),
  device: z.string(),
  /** All that STET_DEVICE can choose from. */
  devices: z.array(z.string()),
  threads: z.int(),
  /** Why the compiled runtime is not in use; null if it is. */
  reason: z.string().nullable(),
})

/** A first look at the machine, taken in seconds. */
export const SpeedResult = z.object({
  matmulGflops: z.number(),
  /** Memory read and written, in 10^9 bytes per second. */
  copyGbPerS: z.number(),
  /** Of a model of one layer, and the same in 10^9 floating-point operations per second. */
  trainTokensPerS: z.number(),
  trainGflops: z.number(),
  /** To trace and compile that model's training step. */
  compileSeconds: z.number(),
})
export type SpeedResult = z.infer<typeof SpeedResult>

const GenerateResult = z.object({
  rows: z.array(z.object({ text: z.string(), ids: z.array(z.int()), ended: z.boolean() })),
  /** Prompts cut to fit. */
  cut: z.int().nonnegative(),
})

const ScoreResult = z.object({
  scheme: RewardScheme,
  /** In their order; null if prompt and response do not fit the model. */
  rows: z.array(
    z
      .object({ score: z.number(), tokens: z.array(z.object({ text: z.string(), reward: z.number() })) })
      .nullable(),
  ),
})

const DivergenceResult = z.object({
  /** For each reference in order: log π − log π_ref of each whole response, in nats. */
  perResponse: z.array(z.array(z.number())),
})

/** Rows that were answered. */
const ServeResult = z.object({ rows: z.int().nonnegative() })

const ChooseResult = z.object({
  /** Of each choice to come next, in their order; null if a prompt does not fit the model. */
  rows: z.array(z.object({ logprobs: z.array(z.number()) }).nullable()),
})

export type JobOf<Kind extends Job['kind']> = Extract<Job, { kind: Kind }>

/** What an inference job ends with, by kind. */
const inferenceResults = {
  generate: GenerateResult,
  score: ScoreResult,
  divergence: DivergenceResult,
  choose: ChooseResult,
  serve: ServeResult,
  bench: BenchResult,
  runtime: RuntimeResult,
  speed: SpeedResult,
} satisfies Record<InferenceJob['kind'], z.ZodType>

/** What a job ends with, by kind. */
export type JobResults = { [Kind in Job['kind']]: z.infer<ResultSchemas[Kind]> }
type ResultSchemas = { [Kind in RunKind]: (typeof runKinds)[Kind]['result'] } & typeof inferenceResults

export function jobResult(kind: Job['kind']): z.ZodType {
  return kind in runKinds ? runKinds[kind as RunKind].result : inferenceResults[kind as InferenceJob['kind']]
}
