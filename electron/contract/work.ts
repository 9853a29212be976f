/**
 * Work that continues with no one watching: a verb is started by name, watched from any window, and stopped on
 * request. Closing the window stops nothing.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { JobEvent, Serving, StartStage } from './events.ts'
import { procedure } from './procedure.ts'
import { type VerbArguments, VerbName } from './verbs.ts'

export const WorkState = z.enum(['queued', 'running', 'done', 'failed', 'stopped'])

/** A verb with its arguments. */
export type StartWork = { [Name in VerbName]: { verb: Name; input: VerbArguments<Name> } }[VerbName]

/** The input is checked by the verb's own schema when the verb runs. */
export const StartWork = z.custom<StartWork>(
  (value) => z.object({ verb: VerbName, input: z.looseObject({}) }).safeParse(value).success,
  'must be a verb with its input',
)

/** Started work: enough to draw its row without having watched it. */
export const WorkRecord = z.object({
  id: z.string(),
  verb: VerbName,
  project: z.string().nullable(),
  input: z.record(z.string(), z.json()),
  state: WorkState,
  /** Its place among the training that waits, from 1; null if it does not wait. */
  place: z.int().positive().nullable(),
  /** The newest progress or step; null before the first. */
  progress: z.object({ phase: z.string(), done: z.number(), total: z.number() }).nullable(),
  /** What a training run does before its first step; null for other work, and from that step on. */
  starting: StartStage.nullable(),
  /** Seconds left, from the pace so far; null while unknown. */
  secondsLeft: z.number().nullable(),
  /** Id of the run that this work trains, once it has started. */
  run: z.string().nullable(),
  /** Id of the evaluation that this work judges, once it has started. */
  evaluation: z.string().nullable(),
  /** How to reach the model that this work serves, once it does. */
  serving: Serving.nullable(),
  /** Notes, oldest first. */
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
  start: procedure('Start a verb and leave it running.').input(StartWork).output(WorkRecord),
  list: procedure('All work since the host started, newest first.')
    .input(z.strictObject({ project: z.string().nullable().default(null) }))
    .output(z.array(WorkRecord)),
  get: procedure('One piece of work.').input(z.strictObject({ id })).output(WorkRecord),
  /** Every event from now on; ends when the work ends. Leaving it stops nothing. */
  watch: procedure('Follow one piece of work.')
    .input(z.strictObject({ id }))
    .output(eventIterator(JobEvent, WorkRecord)),
  /** A record each time anything about it changes. */
  watchAll: procedure('Follow all work.').input(z.strictObject({})).output(eventIterator(WorkRecord)),
  stop: procedure('Stop it; a training run pauses with a checkpoint.')
    .input(z.strictObject({ id }))
    .output(WorkRecord),
  move: procedure('Move queued training up (-1) or down (1) by one place.')
    .input(z.strictObject({ id, by: z.literal([-1, 1]) }))
    .output(WorkRecord),
}
