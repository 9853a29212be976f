/**
 * How a procedure is declared: a sentence, its input, its output. A verb is a procedure that is also a command of the
 * command line, which is generated from the fields of its input (see fields.ts).
 */
import { eventIterator, oc } from '@orpc/contract'
import type { z } from 'zod'
import { JobEvent } from './events.ts'

export interface VerbMeta {
  /** One sentence for lists and help. */
  summary: string
  /** Typical command lines, without `stet`. */
  examples: string[]
  /** Whether it trains: it keeps the trainer busy, so it is queued behind other training. */
  trains: boolean
}

/** The HTTP status of each error code, for clients that connect over the network. */
export const errorStatus = {
  bad_input: 400,
  not_found: 404,
  conflict: 409,
  cancelled: 499,
  unavailable: 503,
  out_of_space: 507,
  out_of_memory: 503,
  damaged: 422,
  diverged: 422,
} as const

const base = oc.$meta<VerbMeta>({ summary: '', examples: [], trains: false }).errors({
  bad_input: { status: errorStatus.bad_input },
  not_found: { status: errorStatus.not_found },
  conflict: { status: errorStatus.conflict },
  cancelled: { status: errorStatus.cancelled },
  unavailable: { status: errorStatus.unavailable },
  out_of_space: { status: errorStatus.out_of_space },
  out_of_memory: { status: errorStatus.out_of_memory },
  damaged: { status: errorStatus.damaged },
  diverged: { status: errorStatus.diverged },
})

/** A procedure for the UI alone. */
export function procedure(summary: string) {
  return base.meta({ summary, examples: [], trains: false })
}

/** A procedure that is also a verb of the command line. */
export function verb(summary: string, ...examples: string[]) {
  return base.meta({ summary, examples, trains: false })
}

/** A verb that trains. */
export function trainingVerb(summary: string, ...examples: string[]) {
  return base.meta({ summary, examples, trains: true })
}

/**
 * The output of long-running work: events while it runs, then the result as the iterator's return value. Leaving
 * the iterator, or aborting the call, stops the work (a training run pauses with a checkpoint).
 */
export function eventsThen<Result extends z.ZodType>(result: Result) {
  return eventIterator(JobEvent, result)
}
