/** Reads spans that mark errors in a response, counted in characters as Python counts them. */
import type { ErrorSpan } from '../../contract/records.ts'
import { type RawObject, RowError } from './fields.ts'

/**
 * @param value a list of `[start, end, kind]` or `{ start, end, kind }` (or `type`, or `error type`), in
 *   Unicode code points, half open; missing if the response was not checked for errors
 * @returns the spans in UTF-16 code units
 */
export function readSpans(value: unknown, key: string, text: string): ErrorSpan[] | null {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) throw new RowError(`"${key}" is not a list`)
  const unitOf = codeUnits(text)
  return value.map((entry: unknown, index) => {
    const [start, end, kind] = fieldsOf(entry)
    if (!isIndex(start) || !isIndex(end) || typeof kind !== 'string') {
      throw new RowError(`"${key}[${index}]" is not a span with start, end and kind`)
    }
    if (start > end || end >= unitOf.length) {
      const message = `"${key}[${index}]", ${start} to ${end}, is outside the response of ${unitOf.length - 1} characters`
      throw new RowError(message)
    }
    return { start: unitOf[start]!, end: unitOf[end]!, kind }
  })
}

function fieldsOf(entry: unknown): unknown[] {
  if (Array.isArray(entry)) return entry
  if (typeof entry !== 'object' || entry === null) return []
  const span = entry as RawObject
  return [span.start, span.end, span.kind ?? span.type ?? span['error type']]
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** The code unit at which each code point starts, and the text's length at the end. */
function codeUnits(text: string): number[] {
  const starts = [0]
  for (const character of text) starts.push(starts.at(-1)! + character.length)
  return starts
}
