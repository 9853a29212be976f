/**
 * Work that goes on when nobody looks: a verb is started by name, watched by any page, and stopped on request.
 * Closing the page ends nothing.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { JobEvent } from '../jobs.ts'
import { verb } from '../verb.ts'

export const WorkState = z.enum(['waiting', 'going', 'done', 'failed', 'stopped'])

/** What is known of started work: enough to draw its line without having watched it. */
export const WorkRecord = z.object({
  id: z.string(),
  /** As `train ppo`. */
  verb: z.string(),
  project: z.string().nullable(),
  input: z.record(z.string(), z.json()),
  state: WorkState,
  /** The newest progress or step; null before the first. */
  progress: z.object({ phase: z.string(), done: z.number(), total: z.number() }).nullable(),
  /** Seconds left, from the pace so far; null while unknown. */
  secondsLeft: z.number().nullable(),
  /** Id of the training run that this work records, once known. */
  run: z.string().nullable(),
  /** Sentences worth a line, the oldest first. */
  notes: z.array(z.string()),
  /** Why it failed, in a sentence. */
  error: z.string().nullable(),
  result: z.json(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
})
export type WorkRecord = z.infer<typeof WorkRecord>

const id = z.string().min(1)

export const work = {
  start: verb('Start a verb and leave it going.')
    .input(z.strictObject({ verb: z.string(), input: z.record(z.string(), z.json()) }))
    .output(WorkRecord),
  list: verb('All work since the host began, the newest first.')
    .input(z.strictObject({ project: z.string().nullable().default(null) }))
    .output(z.array(WorkRecord)),
  get: verb('One piece of work.').input(z.strictObject({ id })).output(WorkRecord),
  /** Every event from now on; ends when the work ends. Leaving it stops nothing. */
  watch: verb('Follow one piece of work.')
    .input(z.strictObject({ id }))
    .output(eventIterator(JobEvent, WorkRecord)),
  /** A record each time anything about it changes. */
  watchAll: verb('Follow all work.').input(z.strictObject({})).output(eventIterator(WorkRecord)),
  stop: verb('Stop it; a training run pauses with a checkpoint.')
    .input(z.strictObject({ id }))
    .output(WorkRecord),
}
