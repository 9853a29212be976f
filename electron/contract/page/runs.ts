/** Runs as a page looks at them: their curves and their samples. Starting, pausing and following is `work`. */
import { z } from 'zod'
import { BranchPoint } from '../branch.ts'
import { RunSample } from '../jobs.ts'
import { Message, RunMark } from '../records.ts'
import { eventsThen, project, verb } from '../verb.ts'
import { RunRecord } from '../verbs/runs.ts'

/** One metric's points, in steps' order. */
export const Series = z.record(z.string(), z.array(z.tuple([z.int(), z.number()])))
export type Series = z.infer<typeof Series>

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

/** The run, with its name, and the step that another was branched from; null for runs that are no branch. */
const Branch = BranchPoint.extend({ name: z.string() })

const run = z.string().min(1)

/** What the reference answers to an item's prompt. */
export const ReferenceAnswer = z.object({ promptId: z.string(), text: z.string(), ended: z.boolean() })
export type ReferenceAnswer = z.infer<typeof ReferenceAnswer>

export const runPages = {
  list: verb('All runs with the newest value of each metric.')
    .input(z.strictObject({ project }))
    .output(
      z.array(
        RunRecord.extend({
          step: z.int().nullable(),
          latest: z.record(z.string(), z.number()),
          branch: Branch.nullable(),
          /** Of the metric that tells most, for a sparkline; at most 60. */
          spark: z.array(z.number()),
        }),
      ),
    ),
  estimate: verb('What a run would need, before it is started.')
    .input(
      z.strictObject({
        kind: z.enum(['sft', 'reward', 'ppo', 'dpo']),
        /** As the verb that trains takes it. */
        input: z.record(z.string(), z.json()),
      }),
    )
    .output(RunEstimate),
  series: verb('A run’s metrics after a step, and all that happened to it.')
    .input(z.strictObject({ project, run, afterStep: z.int().default(-1) }))
    .output(
      z.object({
        record: RunRecord,
        series: Series,
        /**
         * How many steps a point stands for. Above 1, in long runs, `series` has the least and the greatest value of
         * each so many steps and `times` has their sum; the newest ones are there one by one.
         */
        every: z.int().positive(),
        /** Of each step, seconds since the one before, or since the work began. */
        times: z.array(z.tuple([z.int(), z.number()])),
        /** Tripwires, pauses and what followed, in the order in which they came. */
        marks: z.array(RunMark),
        branch: Branch.nullable(),
      }),
    ),
  checkpoints: verb('The checkpoints that a run keeps, the oldest first: it can be branched from each.')
    .input(z.strictObject({ project, run }))
    .output(
      z.array(
        z.object({
          step: z.int().positive(),
          /** What was measured at the step, as far as it was. */
          winRate: z.number().nullable(),
          kl: z.number().nullable(),
          /** Whether the judge likes it best of those that are kept. */
          isBest: z.boolean(),
        }),
      ),
    ),
  /** Leaving it, or aborting the call, cancels it. What was answered once is known until the host ends. */
  references: verb('What a PPO run’s reference answers to prompts, sampled as the run samples.')
    .input(z.strictObject({ project, run, promptIds: z.array(z.string()).min(1) }))
    .output(eventsThen(z.array(ReferenceAnswer))),
  samples: verb('A run’s samples at one step; the newest where none is named.')
    .input(z.strictObject({ project, run, step: z.int().nullable().default(null) }))
    .output(
      z.object({
        step: z.int().nullable(),
        /** Every step that has samples. */
        steps: z.array(z.int()),
        samples: z.array(RunSample.extend({ prompt: z.array(Message), context: z.string() })),
      }),
    ),
}
