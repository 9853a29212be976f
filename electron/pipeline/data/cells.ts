/**
 * Reads nested values that were written into a cell as text, as JSON or as a Python literal. A list of messages is never
 * kept as text: it is parsed, or the row is refused.
 */
import { findUnstorable } from '../../contract/json.ts'
import { parseJson } from '../../contract/parse-json.ts'
import type { RawObject } from './fields.ts'
import { parsePython } from './python-literal.ts'
import type { RawRow } from './text.ts'

/** Columns whose content is always a list or an object. */
const nestedColumns = new Set([
  'messages',
  'conversations',
  'conversation',
  'completions',
  'history',
  'instances',
  'passages',
  'error_spans',
  'labels',
])

/** Columns whose content is a list of texts, or one text. */
const listColumns = new Set([
  'context',
  'contexts',
  'retrieved_contexts',
  'documents',
  'retrieved_documents',
  'retrieved_passages',
  'ctxs',
  'chunks',
])

/** Argilla's answers of several annotators, with their users and states. */
const nestedName = /\.responses(?:\.users|\.status)?$/

/** The row with its nested cells parsed; the row itself if it has none. */
export function parseCells(row: RawRow): RawRow {
  if (!('value' in row)) return row
  let value: RawObject | null = null
  for (const [column, cell] of Object.entries(row.value)) {
    if (typeof cell !== 'string' || !/^\s*(?:array\()?[[{]/.test(cell)) continue
    const parsed = parseCell(column, cell)
    if (parsed === null) continue
    if ('reason' in parsed) return { line: row.line, reason: `"${column}": ${parsed.reason}` }
    value ??= { ...row.value }
    value[column] = parsed.value
  }
  return value === null ? row : { line: row.line, value }
}

/** Null for a text that only looks nested, such as an answer in JSON. */
function parseCell(column: string, text: string): { value: unknown } | { reason: string } | null {
  const isNested = nestedColumns.has(column.toLowerCase()) || nestedName.test(column)
  const mayBeList = listColumns.has(column.toLowerCase())
  if (!isNested && !mayBeList && !mayBeMessages(text)) return null
  try {
    const value = parseLiteral(text)
    if (!isNested && !isMessages(value) && !(mayBeList && Array.isArray(value))) return null
    const unstorable = findUnstorable(value)
    return unstorable === null ? { value } : { reason: unstorable }
  } catch (error) {
    // A text may begin with a bracket.
    if (!isNested && !mayBeMessages(text)) return null
    const what = isNested ? 'a list' : 'a list of messages'
    return {
      reason: `it looks like ${what} but cannot be read (${(error as Error).message}): write it as JSON`,
    }
  }
}

function parseLiteral(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return parsePython(text)
  }
}

/** A list whose first element is an object, with a role and a content among its first keys. */
function mayBeMessages(text: string): boolean {
  if (!/^\s*(?:array\()?\[\s*\{/.test(text)) return false
  const hasKey = (...keys: string[]) => keys.some((key) => new RegExp(`['"]${key}['"]\\s*:`).test(text))
  return hasKey('role', 'from') && hasKey('content', 'value')
}

function isMessages(value: unknown): boolean {
  const isMessage = (part: unknown) =>
    typeof part === 'object' &&
    part !== null &&
    (('role' in part && 'content' in part) || ('from' in part && 'value' in part))
  return Array.isArray(value) && value.length > 0 && value.every(isMessage)
}
