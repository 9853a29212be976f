/** Verbs that train, and that look after runs. */
import { z } from 'zod'
import { BranchSettings } from '../branch.ts'
import { DpoConfig, PpoConfig, RewardConfig, SftConfig } from '../configs.ts'
import { PpoResult, RewardResult, SftResult, TrainingResult } from '../jobs.ts'
import { judgeForms, WrittenJudge } from '../judge-spec.ts'
import { eventsThen, project, verb } from '../verb.ts'
import { datasets } from './data.ts'

export function model(description: string) {
  return z
    .string()
    .min(1)
    .describe(`${description}: a name in this project, a Hugging Face folder or a GGUF file.`)
}

/** Rows with the same document (or, without one, the same prompt) are held out together. */
export const heldout = z
  .number()
  .min(0)
  .max(0.9)
  .default(0.1)
  .describe('Share of source documents (or prompts) held out; the same ones in every run of the same share.')

/** What every training run is asked for besides its config. */
const shared = {
  name: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'must be letters, digits, "_", "-" and "."')
    .nullable()
    .default(null)
    .describe("Name of the trained model; the run's own id where absent."),
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

const sft = verb(
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

const reward = verb(
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

const ppo = verb(
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

const dpo = verb('Train a policy by DPO on pairs.', 'train dpo ferry.stet base --name dpo --beta 0.1')
  .input(
    z.strictObject({
      project,
      policy: model('Policy to start from, and reference').meta({ positional: 2, value: 'POLICY' }),
      ...shared,
      config: config(DpoConfig),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))

export const train = { sft, reward, ppo, dpo }

export const resume = verb('Go on with a paused, failed or interrupted run.', 'resume ferry.stet run_1f2e')
  .input(
    z.strictObject({
      project,
      run: z
        .string()
        .min(1)
        .describe('Id of the run, or the start of it.')
        .meta({ positional: 2, value: 'RUN' }),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))

export const branch = verb(
  'Go on from a kept checkpoint with some settings changed, as a run of its own.',
  'branch ferry.stet run_1f2e --step 40 --kl-coef 0.2 --name gentler',
)
  .input(
    z.strictObject({
      project,
      run: z
        .string()
        .min(1)
        .describe('Id of the run, the start of it, or its name.')
        .meta({ positional: 2, value: 'RUN' }),
      step: z
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe('Step of a checkpoint that it keeps; the newest where absent.'),
      name: shared.name,
      config: z
        .prefault(BranchSettings, {})
        .describe('Settings that change; which ones may depends on the kind of run.')
        .meta({ flat: true }),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))
