/**
 * What the host asks of the trainer process and what comes back. A job names files; data travels in files, so a
 * run's inputs are frozen and it can be resumed from its folder alone.
 */
import { z } from 'zod'
import { DpoConfig, PpoConfig, RewardConfig, RewardScheme, SftConfig } from './configs.ts'
import { JudgeSpec } from './judge-kinds.ts'
import { Message } from './records.ts'

/** A model on disk (Hugging Face folder or GGUF), or a small one to be made from scratch. */
export const ModelRef = z.union([
  z.strictObject({ path: z.string() }),
  z.strictObject({
    preset: z.enum(['world', 'tiny']),
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
const run = { input: z.string(), folder: z.string() }

export const TrainingJob = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sft'), model: ModelRef, config: SftConfig, ...run }),
  z.strictObject({ kind: z.literal('reward'), model: ModelRef, config: RewardConfig, ...run }),
  z.strictObject({
    kind: z.literal('ppo'),
    policy: z.string(),
    rewardModel: z.string(),
    judge: JudgeSpec.nullable(),
    config: PpoConfig,
    ...run,
  }),
  z.strictObject({ kind: z.literal('dpo'), policy: z.string(), config: DpoConfig, ...run }),
])
export type TrainingJob = z.infer<typeof TrainingJob>

/** A training job before it has a run's folder. */
export type PlannedJob<K extends TrainingJob['kind'] = TrainingJob['kind']> = K extends TrainingJob['kind']
  ? Omit<Extract<TrainingJob, { kind: K }>, 'input' | 'folder'>
  : never

const Sampling = {
  maxNewTokens: z.int().positive().default(128),
  temperature: z.number().nonnegative().default(0),
  topK: z.int().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  seed: z.int().nonnegative().default(0),
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
    ...Sampling,
  }),
  z.strictObject({
    kind: z.literal('score'),
    rewardModel: z.string(),
    rows: z.array(z.object({ ...Asked, response: z.string() })),
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
  z.strictObject({ kind: z.literal('runtime') }),
  z.strictObject({ kind: z.literal('speed') }),
])
export type InferenceJob = z.infer<typeof InferenceJob>

export type Job = TrainingJob | InferenceJob

/** How large a run is: by it the pace of one run tells that of another. */
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
  /** Why it paused by itself. */
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

export const SftResult = TrainingResult.extend({ heldoutLoss: z.number().nullable() })

export const RewardResult = TrainingResult.extend({
  heldout: z
    .object({
      pairs: z.int().nonnegative(),
      accuracy: z.number(),
      margin: z.number(),
      calibrationError: z.number().nullable(),
      tokens: z
        .object({ auroc: z.number().nullable(), keptMean: z.number(), meanByPosition: z.array(z.number()) })
        .nullable(),
    })
    .nullable(),
  heldoutF1: z.number().nullable(),
  /** Words called bad against error spans that people marked; null where no held-out item has spans. */
  spanAgreement: z
    .object({ precision: z.number(), recall: z.number(), f1: z.number(), items: z.int().positive() })
    .nullable(),
})

export const PpoResult = TrainingResult.extend({ bestFolder: z.string().nullable() })

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
  /** Why the compiled runtime is not in use; null where it is. */
  reason: z.string().nullable(),
})

/** A first look at the machine, taken in seconds. */
export const SpeedResult = z.object({
  matmulGflops: z.number(),
  /** Memory read and written, in 10^9 bytes a second. */
  copyGbPerS: z.number(),
  /** Of a model of one layer, and the same in 10^9 floating-point operations a second. */
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
  rows: z.array(
    z.object({ score: z.number(), tokens: z.array(z.object({ text: z.string(), reward: z.number() })) }),
  ),
})

const ChooseResult = z.object({
  /** Of each choice to come next, in their order; null where a prompt doesn't fit the model. */
  rows: z.array(z.object({ logprobs: z.array(z.number()) }).nullable()),
})

/** What a job ends with, by kind. */
export const jobResults = {
  sft: SftResult,
  reward: RewardResult,
  ppo: PpoResult,
  dpo: TrainingResult,
  generate: GenerateResult,
  score: ScoreResult,
  choose: ChooseResult,
  bench: BenchResult,
  runtime: RuntimeResult,
  speed: SpeedResult,
} satisfies Record<Job['kind'], z.ZodType>
export type JobResults = { [Kind in keyof typeof jobResults]: z.infer<(typeof jobResults)[Kind]> }

/** One sampled response with what each of its tokens was given. */
export const RunSample = z.object({
  promptId: z.string(),
  response: z.string(),
  tokens: z.array(
    z.object({
      text: z.string(),
      reward: z.number(),
      value: z.number(),
      advantage: z.number(),
      kl: z.number(),
    }),
  ),
  score: z.number(),
  ended: z.boolean(),
})
export type RunSample = z.infer<typeof RunSample>

/** What running work reports before its result. */
export const JobEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step'),
    step: z.int().nonnegative(),
    totalSteps: z.int().nonnegative(),
    metrics: z.record(z.string(), z.number()),
  }),
  z.object({ type: z.literal('samples'), step: z.int().nonnegative(), samples: z.array(RunSample) }),
  /** The training run that a job trains: its id in the project. */
  z.object({ type: z.literal('started'), run: z.string() }),
  /** A sentence worth a line. */
  z.object({ type: z.literal('note'), sentence: z.string() }),
  z.object({ type: z.literal('progress'), phase: z.string(), done: z.number(), total: z.number() }),
  /** Text as it is generated. */
  z.object({ type: z.literal('token'), text: z.string() }),
])
export type JobEvent = z.infer<typeof JobEvent>
