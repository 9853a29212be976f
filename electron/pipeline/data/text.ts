/** Decodes one row's bytes as text or JSON, or says why that can't be done without loss. */
import { isUtf8 } from 'node:buffer'
import { findUnstorable } from '../../contract/json.ts'
import { parseJson } from '../../contract/parse-json.ts'
import { maxRowBytes } from './split.ts'

type Decoded = { text: string; reason?: undefined } | { text?: undefined; reason: string }

/** @param bytes one row; null if it was too long to be kept */
export function decode(bytes: Buffer | null): Decoded {
  if (bytes === null) return { reason: `it is longer than ${maxRowBytes / 2 ** 20} MiB` }
  if (!isUtf8(bytes)) return { reason: 'it is not valid UTF-8: save the file in that encoding' }
  return { text: bytes.toString('utf8') }
}

export type JsonRow = { value: Record<string, unknown> } | { reason: string }

/** A row of a file. `line` counts from 1 and is where the row starts. */
export type RawRow = { line: number } & JsonRow

/** Parses one row, which must be a JSON object that can be stored exactly. */
export function parseJsonRow(text: string): JsonRow {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    const constant = /[[:,]\s*(NaN|-?Infinity)\b/.exec(text)?.[1]
    if (constant !== undefined)
      return { reason: `it is not JSON (it has ${constant}, as Python writes it: write null instead)` }
    return { reason: `it is not JSON (${(error as Error).message})` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { reason: `it is ${nameType(value)}, not a JSON object` }
  }
  const unstorable = findUnstorable(value)
  return unstorable === null ? { value: value as Record<string, unknown> } : { reason: unstorable }
}

/** The type of a JSON value, as words for a sentence. */
export function nameType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'nothing'
}
