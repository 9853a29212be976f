/** JSON values as Stet stores them, and which JavaScript values cannot be stored exactly. */
import type { Item } from './records.ts'

export type JsonObject = Item['metadata']
export type JsonValue = JsonObject[string]

/** Values nested deeper are refused: no record needs them, and JSON readers fail on them. */
const maxDepth = 64

/**
 * Looks for what cannot be stored exactly: half surrogate pairs in texts or keys (UTF-8 cannot encode them), numbers
 * that are not finite, and nesting deeper than 64 levels.
 * @returns what is wrong and where, as `the text at KEY holds half a surrogate pair`, or null
 */
export function findUnstorable(value: unknown): string | null {
  return search(value, '', 0)
}

/** @param place path of the value; empty for the whole */
function search(value: unknown, place: string, depth: number): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : `the text ${at(place)}${half}`
  if (typeof value === 'number') return Number.isFinite(value) ? null : `the number ${at(place)}is not finite`
  if (typeof value !== 'object' || value === null) return null
  if (depth === maxDepth) return `the value is nested deeper than ${maxDepth} levels`
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const problem = search(value[index], `${place}[${index}]`, depth + 1)
      if (problem) return problem
    }
    return null
  }
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed()) return `a key ${at(place)}${half}`
    const problem = search(member, place === '' ? key : `${place}.${key}`, depth + 1)
    if (problem) return problem
  }
  return null
}

const half = 'holds half a surrogate pair, which UTF-8 cannot encode'

function at(place: string): string {
  return place === '' ? '' : `at ${place} `
}

/**
 * Parses JSON of a file from outside, which must not be nested so deep that the code that uses it fails.
 * @throws SyntaxError
 */
export function parseShallow(text: string): unknown {
  const value: unknown = JSON.parse(text)
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw new SyntaxError(`it is nested deeper than ${maxDepth} levels`)
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each).filter(isNested) : [],
    )
  }
  return value
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** The canonical text of a JSON value: keys in code unit order, no spaces. Equal values have equal texts. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]))
}
