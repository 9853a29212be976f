/**
 * Conversion of values for the database. SQLite's driver would silently replace half surrogate pairs and lose numbers
 * that are not finite; both are refused here instead.
 */
import { randomBytes } from 'node:crypto'
import { UserError } from '../contract/errors.ts'
import { findUnstorable } from '../contract/json.ts'

/** @param what names the value in the message, as `The edited response` */
export function text<T extends string | null>(value: T, what: string): T {
  if (value === null || value.isWellFormed()) return value
  throw new UserError(
    'bad_input',
    `${what} contains half a surrogate pair, which cannot be stored. Retype the text.`,
  )
}

export function json(value: unknown, what: string): string {
  const unstorable = findUnstorable(value)
  if (unstorable === null) return JSON.stringify(value)
  throw new UserError('bad_input', `${what} cannot be stored: ${unstorable}.`)
}

/** Rows that an evaluation stores of pairs: whether B was shown first, in place of SQLite's 0 or 1. */
export function withSwapped<Row extends { swapped: boolean }>(rows: unknown[]): Row[] {
  return (rows as (Omit<Row, 'swapped'> & { swapped: number })[]).map(
    (row) => ({ ...row, swapped: row.swapped === 1 }) as Row,
  )
}

export function now(): string {
  return new Date().toISOString()
}

/** A random id with its kind, as `run_` and 16 hex digits. */
export function newId(kind: string): string {
  return `${kind}_${randomBytes(8).toString('hex')}`
}
