/** Verbs that use models without training them, and that look at the machine. */
import { z } from 'zod'
import { BenchResult, RuntimeResult, SpeedResult } from '../jobs.ts'
import { eventsThen, verb } from '../verb.ts'

/** How responses are sampled. */
export const sampling = {
  temperature: z.number().nonnegative().default(0).describe('0 always takes the likeliest token.'),
  topK: z.int().nonnegative().default(0).describe('Sample from this many likeliest tokens; 0 from all.'),
  topP: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('Sample from the likeliest tokens of this total probability.'),
  maxNew: z.int().positive().default(128).describe('Longest response, in tokens.'),
  seed: z.int().nonnegative().default(0).describe('Seed of the sampling.'),
}

export const generate = verb(
  'Continue a prompt, or answer it as a chat.',
  'generate --model models/smollm2 --chat --prompt "What is the capital of France?"',
)
  .input(
    z.strictObject({
      model: z.string().min(1).describe('Hugging Face folder or GGUF file.').meta({ value: 'PATH' }),
      prompt: z
        .string()
        .min(1)
        .describe('Text to continue, or with --chat the message to answer.')
        .meta({ value: 'TEXT' }),
      chat: z.boolean().default(false).describe("Put the prompt into the model's chat template."),
      ...sampling,
    }),
  )
  .output(eventsThen(z.object({ text: z.string(), ids: z.array(z.int()) })))

export const bench = verb(
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

export const doctor = verb(
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
