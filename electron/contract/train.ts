/** Training: a verb per method, and what a run would need before it is started. */
import type { InferSchemaInput } from '@orpc/contract'
import { z } from 'zod'
import { DpoConfig, PpoConfig, RewardConfig, SftConfig } from './configs.ts'
import { PpoResult, RewardResult, SftResult, TrainingResult } from './jobs.ts'
import { judgeForms, WrittenJudge } from './judge-kinds.ts'
import { datasets, heldout, model, project, runName } from './options.ts'
import { eventsThen, procedure, trainingVerb } from './procedure.ts'

/** What every training run is asked for besides its config. */
const shared = {
  name: runName,
  datasets,
  heldout,
  heldoutLimit: z.int().positive().default(512).describe('At most this many held-out rows are evaluated on.'),
}

/** The config's fields are options of their own. */
function config<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape, z.core.$strict>) {
  return z
    .prefault(schema, {} as never)
    .describe('Settings of the run.')
    .meta({ flat: true })
}

const started = { run: z.string(), name: z.string() }

const sft = trainingVerb(
  'Fine-tune a model on demonstrations (chosen responses).',
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
      ...shared,
      config: config(SftConfig),
    }),
  )
  .output(eventsThen(SftResult.extend(started)))

const reward = trainingVerb(
  'Train a reward model on labelled edits or on preference pairs.',
  'train reward ferry.stet base --name rewards --scheme bt-changed',
)
  .input(
    z.strictObject({
      project,
      model: model('Model to start from').meta({ positional: 2, value: 'MODEL' }),
      ...shared,
      config: config(RewardConfig),
    }),
  )
  .output(eventsThen(RewardResult.extend(started)))

const ppo = trainingVerb(
  'Train a policy by PPO, with a reward at every token or one at the end.',
  'train ppo ferry.stet base rewards --name aligned --placement token --total-steps 30',
)
  .input(
    z.strictObject({
      project,
      policy: model('Policy to start from').meta({ positional: 2, value: 'POLICY' }),
      rewardModel: model('Reward model').meta({ positional: 3, value: 'REWARD_MODEL' }),
      ...shared,
      judge: WrittenJudge.nullable()
        .default(null)
        .describe(`Judges held-out responses along the way. ${judgeForms}`)
        .meta({ value: 'JUDGE' }),
      config: config(PpoConfig),
    }),
  )
  .output(eventsThen(PpoResult.extend(started)))

const dpo = trainingVerb('Train a policy by DPO on pairs.', 'train dpo ferry.stet base --name dpo --beta 0.1')
  .input(
    z.strictObject({
      project,
      policy: model('Policy to start from, and reference').meta({ positional: 2, value: 'POLICY' }),
      ...shared,
      config: config(DpoConfig),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))

export const trainVerbs = { 'train sft': sft, 'train reward': reward, 'train ppo': ppo, 'train dpo': dpo }

type TrainVerbs = typeof trainVerbs
type Kind = 'sft' | 'reward' | 'ppo' | 'dpo'

/** A run that could be started: the arguments of the verb that trains it. */
export type EstimateRequest = {
  [K in Kind]: {
    kind: K
    input: InferSchemaInput<NonNullable<TrainVerbs[`train ${K}`]['~orpc']['inputSchema']>>
  }
}[Kind]
/** The input is checked by the verb's own schema, as when the run is started. */
export const EstimateRequest = z.custom<EstimateRequest>(
  (value) =>
    z.object({ kind: z.enum(['sft', 'reward', 'ppo', 'dpo']), input: z.looseObject({}) }).safeParse(value)
      .success,
  'must be a kind of run with the input of its verb',
)

/** What a run would need, as far as that is known before it starts. */
export const RunEstimate = z.object({
  /** Null where nothing is counted beforehand: the wasm runtime. */
  memoryBytes: z.number().nullable(),
  /** What a training may take now, what it holds already included. */
  freeBytes: z.number(),
  totalBytes: z.number(),
  /** Why it can't fit and what to try, in the words that a start would refuse it with; null where it fits. */
  refusal: z.string().nullable(),
  steps: z.int().positive(),
  /** Null while the pace is not known. `seconds` is the whole run, with its start. */
  secondsPerStep: z.number().nullable(),
  seconds: z.number().nullable(),
  /** What the time follows from, or why it is not known, in a sentence. */
  basis: z.string(),
  /** Whether this machine's speed is being measured: ask again in a moment. */
  isMeasuring: z.boolean(),
})
export type RunEstimate = z.infer<typeof RunEstimate>

export const train = {
  estimate: procedure('What a run would need, before it is started.')
    .input(EstimateRequest)
    .output(RunEstimate),
}
