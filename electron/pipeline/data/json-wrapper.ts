/** Finds the rows of a JSON file that is one object: `{ "data": [ … ] }` and the like, or an object that is one row. */
import { UserError } from '../../contract/errors.ts'
import { shellWord } from '../../contract/shell-word.ts'
import type { RawObject } from './fields.ts'

/** Names of lists of rows. */
const wrapperKeys = ['data', 'rows', 'examples', 'items', 'records', 'samples', 'train', 'dataset', 'entries']

/** Keys of a row: an object that has one is a row, whatever lists it has. */
const rowKeys = new Set([
  'prompt',
  'instruction',
  'question',
  'query',
  'chosen',
  'rejected',
  'edited',
  'messages',
  'conversations',
  'completion',
  'output',
  'response',
  'stet',
])

/** Where a list of rows opens in the beginning of a file. */
export interface RowsStart {
  key: string
  /** Offset of its bracket, in characters. */
  at: number
}

/** Looks for a list of rows under one of its usual names, by the first characters of an object. */
export function findRowsStart(start: string): RowsStart | null {
  let depth = 0
  let key: string | null = null
  for (const { 0: token, index } of start.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]/gs)) {
    const isOpening = token === '[' || token === '{'
    const isList = depth === 1 && token === '[' && /^\[\s*\{/.test(start.slice(index, index + 256))
    if (isList && key !== null && wrapperKeys.includes(key)) return { key, at: index }
    if (depth === 1 && key !== null && rowKeys.has(key)) return null
    if (isOpening) depth++
    else if (token === ']' || token === '}') depth--
    else if (
      depth === 1 &&
      token.startsWith('"') &&
      /^\s*:/.test(start.slice(index + token.length, index + token.length + 64))
    )
      key = token.slice(1, -1)
  }
  return null
}

/** The key of the only list of rows in an object, or null if the object is a row itself. */
export function findRowsKey(value: RawObject): string | null {
  const keys = Object.keys(value)
  if (keys.some((key) => rowKeys.has(key))) return null
  const lists = keys.filter((key) => isRows(value[key]))
  const named = wrapperKeys.find((key) => lists.includes(key))
  return named ?? (keys.length === 1 ? (lists[0] ?? null) : null)
}

/** A list of objects other than messages. */
function isRows(value: unknown): value is RawObject[] {
  const isRow = (part: unknown) =>
    typeof part === 'object' &&
    part !== null &&
    !Array.isArray(part) &&
    !('role' in part) &&
    !('from' in part)
  return Array.isArray(value) && value.length > 0 && value.every(isRow)
}

/**
 * Refuses an object of columns, as pandas writes by default, which would be one row of lists.
 * @throws UserError with the command that converts it
 */
export function refuseColumns(file: string, value: RawObject): void {
  const columns = Object.values(value)
  const shape = (column: unknown) =>
    typeof column === 'object' && column !== null ? Object.keys(column).join() : null
  const first = shape(columns[0])
  if (columns.length < 2 || first === null || !/^\d/.test(first)) return
  // A list of one may be a row's own; an object with the key 0 is a column with its index.
  if (Array.isArray(columns[0]) && !first.includes(',')) return
  if (!columns.every((column) => shape(column) === first)) return
  const command = `python -c "import sys, pandas; pandas.read_json(sys.argv[1]).to_json(sys.argv[2], orient='records', lines=True)" ${shellWord(file)} rows.jsonl`
  const message = `${file} is one object of columns (${Object.keys(value).slice(0, 6).join(', ')}), not rows. Convert it: ${command}`
  throw new UserError('bad_input', message)
}
