/**
 * How a verb is declared: a sentence, its input, what it answers. Its fields' metadata make the command line:
 * `positional` numbers an argument, `flat` gives an object's fields as options of their own, `value` names what
 * an option takes.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { JobEvent } from './jobs.ts'

export interface VerbMeta {
  /** One sentence for lists and help. */
  summary: string
  /** What follows `stet` in one typical call each. */
  examples: string[]
}

/** Over a network door an error has a status as well; every code is one a client expects. */
export const errorStatus = {
  bad_input: 400,
  not_found: 404,
  conflict: 409,
  cancelled: 499,
  unavailable: 503,
  out_of_space: 507,
  out_of_memory: 503,
} as const

const base = oc.$meta<VerbMeta>({ summary: '', examples: [] }).errors({
  bad_input: { status: errorStatus.bad_input },
  not_found: { status: errorStatus.not_found },
  conflict: { status: errorStatus.conflict },
  cancelled: { status: errorStatus.cancelled },
  unavailable: { status: errorStatus.unavailable },
  out_of_space: { status: errorStatus.out_of_space },
  out_of_memory: { status: errorStatus.out_of_memory },
})

export function verb(summary: string, ...examples: string[]) {
  return base.meta({ summary, examples })
}

/**
 * The answer of a verb that takes its time: events as it goes, the result as the iterator's return value. Leaving
 * the iterator, or aborting the call, ends the work (a training run pauses with a checkpoint).
 */
export function eventsThen<Result extends z.ZodType>(result: Result) {
  return eventIterator(JobEvent, result)
}

/** Positional 1 of every verb that works on a project. */
export const project = z.string().min(1).describe('Project folder.').meta({ positional: 1, value: 'PROJECT' })

export function file(description: string) {
  return z.string().min(1).describe(description).meta({ value: 'FILE' })
}
