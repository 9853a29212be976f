/** Runs: listed, resumed, branched; their curves, checkpoints and samples. */
import { z } from 'zod'
import { BranchPoint, BranchSettings } from './branch.ts'
import { RunSample } from './events.ts'
import { project, runName } from './options.ts'
import { eventsThen, procedure, trainingVerb, verb } from './procedure.ts'
import { Message, RunMark } from './records.ts'
import { started, TrainingResult } from './run-kinds/common.ts'
import { RunDetails, RunRecord } from './run-record.ts'

const runArgument = {
  description: 'Name of the run, its id, or the start of its id.',
  positional: 2,
  value: 'RUN',
}
const namedRun = z.string().min(1).meta(runArgument)

const showRuns = verb(
  "List a project's runs, or show one with its metrics.",
  'runs ferry.stet',
  'runs ferry.stet run_1f2e',
)
  .input(
    z.strictObject({
      project,
      run: z.string().min(1).nullable().default(null).meta(runArgument),
    }),
  )
  .output(
    z.object({
      /** The oldest first; only the one that was asked for, if one was. */
      runs: z.array(RunRecord),
      /**
       * Points of the run that was asked for, by metric: [step, value]. Of more than 1,000 steps the least and the
       * greatest value of each group of steps; `export-metrics` has them all.
       */
      metrics: z.record(z.string(), z.array(z.tuple([z.int(), z.number()]))).nullable(),
    }),
  )

const resume = trainingVerb('Resume a paused, failed or interrupted run.', 'resume ferry.stet run_1f2e')
  .input(z.strictObject({ project, run: namedRun }))
  .output(eventsThen(TrainingResult.extend(started)))

const branch = trainingVerb(
  'Continue from a checkpoint with some settings changed, as a new run.',
  'branch ferry.stet run_1f2e --step 40 --kl-coef 0.2 --name gentler',
)
  .input(
    z.strictObject({
      project,
      run: namedRun,
      step: z
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe('Step of a kept checkpoint; defaults to the newest.'),
      name: runName,
      config: z
        .prefault(BranchSettings, {})
        .describe('Settings to change; which ones can change depends on the kind of run.')
        .meta({ flat: true }),
    }),
  )
  .output(eventsThen(TrainingResult.extend(started)))

export const MetricFormat = z.enum(['tensorboard', 'csv', 'jsonl'])
export type MetricFormat = z.infer<typeof MetricFormat>

const exportMetrics = verb(
  "Export a run's metrics for TensorBoard, or as a table; also while it trains.",
  'export-metrics ferry.stet run_1f2e --out logs/run_1f2e',
  'export-metrics ferry.stet aligned --format csv --out aligned.csv',
)
  .input(
    z.strictObject({
      project,
      run: namedRun,
      format: MetricFormat.default('tensorboard').describe(
        'An event file of TensorBoard, a column per metric (csv), or an object per step (jsonl).',
      ),
      out: z
        .string()
        .min(1)
        .describe('New file; format tensorboard: folder of the run.')
        .meta({ value: 'PATH' }),
      follow: z
        .boolean()
        .default(false)
        .describe('Add further steps while the run trains, until it ends or Ctrl-C.'),
    }),
  )
  .output(eventsThen(z.object({ file: z.string(), steps: z.int().nonnegative() })))

export const runVerbs = { runs: showRuns, resume, branch, 'export-metrics': exportMetrics }

/** Points by metric, in the order of the steps. */
export const Series = z.record(z.string(), z.array(z.tuple([z.int(), z.number()])))
export type Series = z.infer<typeof Series>

/** The run, with its name, and the step that a run was branched from; null for other runs. */
const Branch = BranchPoint.extend({ name: z.string() })

const run = z.string().min(1)

/** A run as the list shows it. */
export const ListedRun = RunRecord.extend({
  step: z.int().nullable(),
  latest: z.record(z.string(), z.number()),
  branch: Branch.nullable(),
  /** Up to 60 points of the leading metric, for a sparkline. */
  spark: z.array(z.number()),
  note: RunDetails.shape.note,
  tags: RunDetails.shape.tags,
  /** How long its steps took in all. */
  seconds: z.number(),
  /** The tripwire that paused it since anyone last looked at it; null if there is none. */
  alert: RunMark.nullable(),
  /** The best win rate that a judge measured, and its step. */
  best: z.object({ step: z.int(), winRate: z.number() }).nullable(),
})
export type ListedRun = z.infer<typeof ListedRun>

/** The reference's response to the prompt of an item. */
export const ReferenceAnswer = z.object({ promptId: z.string(), text: z.string(), ended: z.boolean() })
export type ReferenceAnswer = z.infer<typeof ReferenceAnswer>

export const runs = {
  list: procedure('All runs with the newest value of each metric.')
    .input(z.strictObject({ project }))
    .output(z.array(ListedRun)),
  series: procedure('The metrics of a run after a step, and its events.')
    .input(z.strictObject({ project, run, afterStep: z.int().default(-1) }))
    .output(
      z.object({
        record: RunRecord,
        series: Series,
        /**
         * How many steps a point stands for. In long runs this is above 1: `series` has the minimum and the maximum of
         * each such group of steps and `times` their sum; the newest steps come one by one.
         */
        every: z.int().positive(),
        /** Seconds of each step: since the previous one, or since the start. */
        times: z.array(z.tuple([z.int(), z.number()])),
        /** Tripwires, pauses, failures and resumptions, in order. */
        marks: z.array(RunMark),
        branch: Branch.nullable(),
        note: RunDetails.shape.note,
        tags: RunDetails.shape.tags,
        /** Held-out prompts that its judge compares at most: how sure a win rate is. */
        heldout: z.int().nonnegative(),
      }),
    ),
  change: procedure('Rename a run, or change its note or tags; what is left out stays as it is.')
    .input(
      z.strictObject({
        project,
        run,
        name: z.string().trim().min(1).optional(),
        note: z.string().optional(),
        tags: z.array(z.string().trim().min(1)).optional(),
      }),
    )
    .output(z.object({})),
  see: procedure('Note that a person looked at a run.')
    .input(z.strictObject({ project, run }))
    .output(z.object({})),
  stop: procedure('End a run for good, with a checkpoint if it is training; a stopped run can be resumed.')
    .input(z.strictObject({ project, run }))
    .output(RunRecord),
  removal: procedure('What would go if runs were removed.')
    .input(z.strictObject({ project, runs: z.array(run).min(1) }))
    .output(z.object({ bytes: z.number(), checkpoints: z.int(), models: z.array(z.string()) })),
  remove: procedure('Remove runs with their curves, samples and checkpoints; the models that they made stay.')
    .input(z.strictObject({ project, runs: z.array(run).min(1) }))
    .output(z.object({})),
  checkpoints: procedure('The checkpoints that a run keeps, oldest first: it can be branched at each.')
    .input(z.strictObject({ project, run }))
    .output(
      z.array(
        z.object({
          step: z.int().positive(),
          /** Null if it was not measured at the step. */
          winRate: z.number().nullable(),
          kl: z.number().nullable(),
          /** Whether it has the best win rate of the kept ones. */
          isBest: z.boolean(),
        }),
      ),
    ),
  /** Leaving the iterator, or aborting the call, cancels it. Responses are remembered until the host ends. */
  references: procedure('Responses of a PPO run’s reference to prompts, sampled as the run samples.')
    .input(z.strictObject({ project, run, promptIds: z.array(z.string()).min(1) }))
    .output(eventsThen(z.array(ReferenceAnswer))),
  samples: procedure('The samples of a run at one step; defaults to the newest.')
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
