/** This machine: what it computes with, how fast it is, and what is free now. */
import { z } from 'zod'
import { BenchResult, RuntimeResult, SpeedResult } from './jobs.ts'
import { project } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'

const bench = verb(
  'Measure time and memory of training, generation or PPO on random weights.',
  'bench train --model tiny --batch 8 --prompt 64 --new 64 --steps 4',
)
  .input(
    z.strictObject({
      what: z
        .enum(['train', 'generate', 'ppo'])
        .describe('What to measure.')
        .meta({ positional: 1, value: 'WHAT' }),
      model: z.enum(['tiny', 'smollm2']).default('smollm2').describe('Dimensions of the model.'),
      batch: z.int().positive().default(8).describe('Rows at a time.'),
      prompt: z.int().positive().default(64).describe('Prompt length, in tokens.'),
      new: z.int().positive().default(64).describe('Response length, in tokens.'),
      steps: z.int().positive().default(4).describe('Steps timed; the median counts.'),
      lora: z
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe('Rank of the adapters that train and ppo train; null trains all weights.')
        .meta({ value: 'RANK' }),
      valueTrunk: z
        .enum(['separate', 'shared'])
        .default('shared')
        .describe('ppo: value head on the policy, or a model of its own.'),
    }),
  )
  .output(eventsThen(BenchResult))

const doctor = verb(
  'Say what this machine computes with, how fast it is, and how to get a better runtime. STET_DEVICE=NAME chooses the device.',
  'doctor',
)
  .input(z.strictObject({}))
  .output(
    eventsThen(
      z.object({
        version: z.string(),
        /** `reason` says why a better one is not in use, and what to do about it. */
        runtime: RuntimeResult,
        speed: SpeedResult,
        /** Where the runtime's files are, with the space left there; null where it came with the packages. */
        cache: z.object({ folder: z.string(), freeBytes: z.number().nonnegative() }).nullable(),
        node: z.string(),
        sqlite: z.string(),
        platform: z.string(),
        cpu: z.object({ model: z.string(), cores: z.int().positive() }),
        memory: z.object({ totalBytes: z.number(), freeBytes: z.number() }),
      }),
    ),
  )

export const machineVerbs = { bench, doctor }

export const Machine = z.object({
  version: z.string(),
  /** What trainings will be computed with, as `TensorFlow 2.21.0`. */
  runtime: z.string(),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number(), usedByStetBytes: z.number() }),
  diskFreeBytes: z.number().nullable(),
  cores: z.int().positive(),
  /** Where new projects go. */
  projectsFolder: z.string(),
})
export type Machine = z.infer<typeof Machine>

export const machine = {
  now: procedure('Memory and disk of this machine, now.')
    .input(z.strictObject({ project: project.nullable().default(null) }))
    .output(Machine),
}
