/** Runs: listed, resumed, branched; their curves, checkpoints and samples. */
import { z } from 'zod'
import { BranchPoint, BranchSettings } from './branch.ts'
import { RunSample } from './events.ts'
import { project, runName } from './options.ts'
import { eventsThen, procedure, trainingVerb, verb } from './procedure.ts'
import { Message, RunMark } from './records.ts'
import { TrainingResult } from './run-kinds/common.ts'
import { RunKind } from './run-kinds/index.ts'

/** A run as its project remembers it. */
export const RunRecord = z.object({
  id: z.string(),
  kind: RunKind,
  name: z.string(),
  state: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  /** Why it failed, in a sentence. */
  error: z.string().nullable(),
  /** The job as it was asked for, and how its rows were chosen. */
  config: z.record(z.string(), z.json()),
  seeds: z.record(z.string(), z.json()),
  codeVersion: z.string(),
  parentId: z.string().nullable(),
  /** What it ended with. */
  result: z.json(),
  createdAt: z.string(),
  changedAt: z.string(),
})
export type RunRecord = z.infer<typeof RunRecord>

const showRuns = verb(
  "List a project's runs, or show one with its metrics.",
  'runs ferry.stet',
  'runs ferry.stet run_1f2e',
)
  .input(
    z.strictObject({
      project,
      run: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Id of a run, the start of it, or its name.')
        .meta({ positional: 2, value: 'RUN' }),
    }),
  )
  .output(
    z.object({
      /** The oldest first; only the one that was asked for, if one was. */
      runs: z.array(RunRecord),
      /** Of the run that was asked for, by metric. */
      metrics: z.record(z.string(), z.array(z.tuple([z.int(), z.number()]))).nullable(),
    }),
  )

const resume = trainingVerb('Go on with a paused, failed or interrupted run.', 'resume ferry.stet run_1f2e')
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
  .output(eventsThen(TrainingResult.extend({ run: z.string(), name: z.string() })))

const branch = trainingVerb(
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
      name: runName,
      config: z
        .prefault(BranchSettings, {})
        .describe('Settings that change; which ones may depends on the kind of run.')
        .meta({ flat: true }),
    }),
  )
  .output(eventsThen(TrainingResult.extend({ run: z.string(), name: z.string() })))

export const runVerbs = { runs: showRuns, resume, branch }

/** One metric's points, in steps' order. */
export const Series = z.record(z.string(), z.array(z.tuple([z.int(), z.number()])))
export type Series = z.infer<typeof Series>

/** The run, with its name, and the step that another was branched from; null for runs that are no branch. */
const Branch = BranchPoint.extend({ name: z.string() })

const run = z.string().min(1)

/** What the reference answers to an item's prompt. */
export const ReferenceAnswer = z.object({ promptId: z.string(), text: z.string(), ended: z.boolean() })
export type ReferenceAnswer = z.infer<typeof ReferenceAnswer>

export const runs = {
  list: procedure('All runs with the newest value of each metric.')
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
  series: procedure('A run’s metrics after a step, and all that happened to it.')
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
  checkpoints: procedure('The checkpoints that a run keeps, the oldest first: it can be branched from each.')
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
  references: procedure('What a PPO run’s reference answers to prompts, sampled as the run samples.')
    .input(z.strictObject({ project, run, promptIds: z.array(z.string()).min(1) }))
    .output(eventsThen(z.array(ReferenceAnswer))),
  samples: procedure('A run’s samples at one step; the newest where none is named.')
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
