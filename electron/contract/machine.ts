/** This machine: its runtime, speed, memory and disk. */
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
      batch: z.int().positive().default(8).describe('Rows per batch.'),
      prompt: z.int().positive().default(64).describe('Prompt length, in tokens.'),
      new: z.int().positive().default(64).describe('Response length, in tokens.'),
      steps: z.int().positive().default(4).describe('Steps to time; the median is reported.'),
      lora: z
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe('Rank of the adapters that train and ppo use; none trains all weights.')
        .meta({ value: 'RANK' }),
      valueTrunk: z
        .enum(['separate', 'shared'])
        .default('shared')
        .describe('ppo: a value head on the policy (shared), or a separate value model.'),
    }),
  )
  .output(eventsThen(BenchResult))

const doctor = verb(
  'Show the active runtime, benchmark this machine, and suggest a faster runtime. STET_DEVICE=NAME chooses the device.',
  'doctor',
)
  .input(z.strictObject({}))
  .output(
    eventsThen(
      z.object({
        version: z.string(),
        /** `reason` says why the compiled runtime is not in use, and what to do about it. */
        runtime: RuntimeResult,
        speed: SpeedResult,
        /** Folder of the runtime's files and the free space there, if known; null for the embedded runtime. */
        cache: z.object({ folder: z.string(), freeBytes: z.number().nonnegative().nullable() }).nullable(),
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
  /** Runtime of training, as `TensorFlow 2.21.0`. */
  runtime: z.string(),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number(), usedByStetBytes: z.number() }),
  diskFreeBytes: z.number().nullable(),
  cores: z.int().positive(),
  /** Where new projects go. */
  projectsFolder: z.string(),
})
export type Machine = z.infer<typeof Machine>

export const machine = {
  now: procedure('Show the current memory and disk of this machine.')
    .input(z.strictObject({ project: project.nullable().default(null) }))
    .output(Machine),
}
