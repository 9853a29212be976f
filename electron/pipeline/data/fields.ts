/** Reads single fields of a raw row; errors name the key. */
import type { JsonObject, JsonValue } from '../../contract/json.ts'
import type { ImportedAnnotation, Item, Message } from '../../contract/records.ts'
import { nameType } from './text.ts'
import { isTranscriptPrompt, parseTranscript } from './transcript.ts'

export type RawObject = Record<string, unknown>

/** What one row becomes. */
export interface ParsedRow {
  item: Item
  annotations: ImportedAnnotation[]
  /** See `ImportRow`. */
  isOneOfMany?: boolean
}

/** Why a row can't become an item; the message completes "line 7: …". */
export class RowError extends Error {}

/** A part of a row, such as a pair of equally good answers, that cannot become an item, and why. */
export interface UnusedPart {
  reason: string
}

/** What a row becomes: one item, or several with what could not be used. */
export type Parsed = ParsedRow | (ParsedRow | UnusedPart)[]

/** Reads the rows of one format: `parse` is pure and throws RowError with the reason for a row it cannot read. */
export interface Importer {
  name: string
  /** What its rows look like, as words for a sentence. */
  rows: string
  /** Which reading is taken if there are several, as a sentence to show to the user. */
  reading?: string
  /** Whether a row has this format's keys (its values may still be wrong). */
  recognises: (row: RawObject) => boolean
  /** What a row is called that is not meant to be read, such as a task that waits for an annotator; null for any other. */
  skips?: (row: RawObject) => string | null
  /** Neighbouring rows with the same key, which is not null, are read together. */
  groupKey?: (row: RawObject) => string | null
  /** @param others the rows after `row` with the same group key; empty if the format has none */
  parse: (row: RawObject, others: RawObject[]) => Parsed
}

/** Null counts as missing. */
export function has(row: RawObject, ...keys: string[]): boolean {
  return keys.every((key) => Object.hasOwn(row, key) && row[key] !== null)
}

export function readText(row: RawObject, key: string): string {
  const value = row[key]
  if (typeof value === 'string') return value
  throw new RowError(has(row, key) ? `"${key}" is ${nameType(value)}, not text` : `"${key}" is missing`)
}

export function readOptionalText(row: RawObject, key: string): string | null {
  return has(row, key) ? readText(row, key) : null
}

/** A row's own id, text or number. */
export function readSourceId(row: RawObject): string | null {
  if (!has(row, 'id')) return null
  return typeof row.id === 'number' ? String(row.id) : readText(row, 'id')
}

/** Texts of these keys, each a text or a list of texts or passages, joined by blank lines; empty if all are missing. */
export function readContext(row: RawObject, ...keys: string[]): string {
  return keys
    .map((key) => readTexts(row, key))
    .filter((text) => text !== '')
    .join('\n\n')
}

function readTexts(row: RawObject, key: string): string {
  if (!has(row, key)) return ''
  const value = row[key]
  if (!Array.isArray(value)) return readText(row, key)
  const texts = value.map(passageText)
  if (texts.includes(null)) throw new RowError(`"${key}" is a list that does not contain only texts`)
  return texts.join('\n\n')
}

const passageTextKeys = ['text', 'content', 'page_content', 'passage', 'contents']

/** A text, or one in an object, after its title; null if there is none. */
function passageText(part: unknown): string | null {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return null
  const row = part as RawObject
  const text = passageTextKeys.map((key) => row[key]).find((each) => typeof each === 'string')
  if (typeof text !== 'string') return null
  return typeof row.title === 'string' && row.title !== '' ? `${row.title}\n${text}` : text
}

/** Whether nothing of a value besides its texts would be lost if only they were kept. */
export function isWholeContext(value: unknown): boolean {
  const keys = ['title', ...passageTextKeys]
  const isWhole = (part: unknown) =>
    typeof part === 'string' || Object.keys(part as RawObject).every((key) => keys.includes(key))
  return !Array.isArray(value) || value.every(isWhole)
}

/** A prompt as text (one user message, or an HH-RLHF transcript's turns) or as a list of messages. */
export function readPrompt(row: RawObject, key: string): Message[] {
  if (Array.isArray(row[key])) {
    const messages = readMessages(row[key], key)
    if (messages.length === 0) throw new RowError(`"${key}" is an empty list`)
    return messages
  }
  const text = readText(row, key)
  if (text === '') throw new RowError(`"${key}" is empty`)
  return isTranscriptPrompt(text) ? parseTranscript(text).slice(0, -1) : [{ role: 'user', content: text }]
}

export function readMessages(value: unknown, key: string): Message[] {
  if (!Array.isArray(value)) throw new RowError(`"${key}" is ${nameType(value)}, not a list of messages`)
  return value.map((message: unknown, index) => readMessage(message, `${key}[${index}]`))
}

/** Roles as messages are stored, by the names that ShareGPT and OpenAI use besides. */
const roles: Record<string, Message['role']> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
}

/** One message, as `{ role, content }` or ShareGPT's `{ from, value }`. */
export function readMessage(message: unknown, where: string): Message {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new RowError(`"${where}" is ${nameType(message)}, not a message`)
  }
  const isShareGpt = 'from' in message && !('role' in message)
  const [roleKey, contentKey] = isShareGpt ? ['from', 'value'] : ['role', 'content']
  const { [roleKey]: name, [contentKey]: content, ...others } = message as RawObject
  const role = typeof name === 'string' && Object.hasOwn(roles, name) ? roles[name]! : null
  if (role === null) {
    throw new RowError(
      `"${where}" has the role ${JSON.stringify(name)}. Valid roles: system, user, assistant`,
    )
  }
  const extra = Object.keys(others).find((key) => !isBlank(others[key]))
  if (extra !== undefined) throw new RowError(`"${where}" has "${extra}", which an item cannot store`)
  return { role, content: readContent(content, `${where}.${contentKey}`) }
}

function isBlank(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

/** Text, or OpenAI's list of parts if all are text. */
function readContent(content: unknown, where: string): string {
  if (typeof content === 'string') return content
  const parts: unknown[] = Array.isArray(content) ? content : []
  const texts = parts.flatMap((part) => {
    const { type, text } = (part ?? {}) as RawObject
    return type === 'text' && typeof text === 'string' ? [text] : []
  })
  if (texts.length === 0 || texts.length < parts.length) {
    throw new RowError(`"${where}" is ${nameType(content)}, not text`)
  }
  return texts.join('')
}

/** Everything in a row besides the keys that were used. */
export function restOf(row: RawObject, used: string[]): JsonObject {
  const entries = Object.entries(row).filter(([key]) => !used.includes(key))
  return Object.fromEntries(entries) as Record<string, JsonValue>
}

export const sameResponses = 'both responses are the same: there is no preference'

/** Refuses a preference between two equal texts. */
export function requireDifference(chosen: string, rejected: string): void {
  if (chosen === rejected) throw new RowError(sameResponses)
}

/** A finished edit that came with a row. @param annotator null if the row does not say who made it */
export function importedEdit(
  itemId: string,
  edited: string,
  annotator: string | null = null,
): ImportedAnnotation {
  const state = 'done'
  const provenance = 'import'
  return { itemId, annotator, state, edited, operations: [], elapsedMs: 0, provenance, createdAt: null }
}
