/**
 * Searches texts for a pattern that a user or a record has written: in a process that is ended when it takes too long,
 * because a pattern such as `(a+)+$` can search a short text for years.
 */
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { LimitedProcess, type Question } from '../../engine/limited-process.ts'

export interface PatternCall {
  source: string
  flags: string
  texts: string[]
}

export interface PatternLimits {
  /** For any call, and for each million characters of text besides. */
  baseMs: number
  perMillionMs: number
}

const defaultLimits: PatternLimits = { baseMs: 5000, perMillionMs: 10_000 }
const memoryMiB = 256

/** The process's entry: TypeScript in a clone, JavaScript in the built app. */
const entry = path.join(import.meta.dirname, `pattern-process${path.extname(import.meta.filename)}`)

/** @returns a function that says which texts match */
export function patternMatcher(
  { source, flags }: RegExp,
  { baseMs, perMillionMs }: PatternLimits = defaultLimits,
): (texts: string[]) => Promise<boolean[]> {
  const process = new LimitedProcess({ entry, args: [], memoryMiB })
  return async (texts) => {
    const message: PatternCall = { source, flags, texts }
    const length = texts.reduce((sum, text) => sum + text.length, 0)
    const limitMs = baseMs + (perMillionMs * length) / 1e6
    const tooMuch: Question['tooMuch'] = ({ what, ms }) => {
      const limit = what === 'time' ? `${Math.ceil(ms / 1000)} s` : `${memoryMiB} MiB`
      return new UserError(
        'bad_input',
        `The pattern /${source}/${flags} needs more than ${limit} for ${texts.length} texts, so it was stopped. Write it without a repetition inside another, such as (a+)+.`,
      )
    }
    return (await process.ask({ message, limitMs, tooMuch })) as boolean[]
  }
}
