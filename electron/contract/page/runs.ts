/** Runs as a page looks at them: their curves and their samples. Starting, pausing and following is `work`. */
import { z } from 'zod'
import { RunSample } from '../jobs.ts'
import { project, verb } from '../verb.ts'
import { RunRecord } from '../verbs/runs.ts'

/** One metric's points, in steps' order. */
export const Series = z.record(z.string(), z.array(z.tuple([z.int(), z.number()])))
export type Series = z.infer<typeof Series>

const run = z.string().min(1)

export const runPages = {
  list: verb('All runs with the newest value of each metric.')
    .input(z.strictObject({ project }))
    .output(
      z.array(
        RunRecord.extend({
          step: z.int().nullable(),
          latest: z.record(z.string(), z.number()),
          /** Of the metric that tells most, for a sparkline; at most 60. */
          spark: z.array(z.number()),
        }),
      ),
    ),
  series: verb('A run’s metrics after a step.')
    .input(z.strictObject({ project, run, afterStep: z.int().default(-1) }))
    .output(z.object({ record: RunRecord, series: Series })),
  samples: verb('A run’s samples at one step; the newest where none is named.')
    .input(z.strictObject({ project, run, step: z.int().nullable().default(null) }))
    .output(
      z.object({
        step: z.int().nullable(),
        /** Every step that has samples. */
        steps: z.array(z.int()),
        samples: z.array(RunSample.extend({ prompt: z.string() })),
      }),
    ),
}
