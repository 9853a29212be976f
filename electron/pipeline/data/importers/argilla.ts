/**
 * Argilla's exports: records as JSON (`fields` with `responses` and `suggestions`), flattened records with columns such
 * as `edited.responses`, and those of version 1, `[{ user_id, value, status }]` under each question.
 */
import { type AnnotationTask, type Answer, itemsOfTask } from '../annotation-task.ts'
import { originOf } from '../answers.ts'
import { type Importer, type Parsed, type RawObject, RowError } from '../fields.ts'

const reading =
  'Corrected texts become edits, rankings and choices become preferences, by the names of fields and questions.'

export const argillaImporter: Importer = {
  name: 'argilla',
  rows: 'Argilla records (fields, responses, suggestions)',
  reading,
  recognises: (row) => isObject(row.fields) && (isObject(row.responses) || isObject(row.suggestions)),
  parse: (row) => itemsOfTask(recordTask(row)),
}

export const argillaFlatImporter: Importer = {
  name: 'argilla-flat',
  rows: 'flattened Argilla records (QUESTION.responses, QUESTION.responses.users)',
  reading,
  recognises: (row) => flatQuestions(row).length > 0 || oldQuestions(row).length > 0,
  skips: openStatus,
  parse: parseFlat,
}

/**
 * The status of a record without a submitted answer, or of answers that give nothing to import. The row of such a record
 * in a table has no answers at all.
 */
function openStatus(row: RawObject): string | null {
  const states = flatRecordAnswers(row).map(({ state }) => state)
  if (states.includes('done')) return null
  if (row.status === 'pending' || row.status === 'discarded') return row.status
  if (states.length === 0 || isReadable(row)) return null
  return states.includes('draft') ? 'draft' : 'discarded'
}

function isReadable(row: RawObject): boolean {
  try {
    return argillaFlatImporter.recognises(row) && [parseFlat(row)].flat().some((part) => 'item' in part)
  } catch (error) {
    if (error instanceof RowError) return false
    throw error
  }
}

function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const stateOfStatus: Record<string, Answer['state']> = {
  submitted: 'done',
  draft: 'draft',
  discarded: 'skipped',
}

function toAnswer(question: string, value: unknown, user: unknown, status: unknown): Answer {
  const state = typeof status === 'string' && Object.hasOwn(stateOfStatus, status) ? status : 'submitted'
  const annotator = typeof user === 'string' && user !== '' ? user : null
  const parts = { isTyped: false, about: null, elapsedMs: 0, createdAt: null }
  return { question, value, annotator, state: stateOfStatus[state]!, ...parts }
}

function recordTask(row: RawObject): AnnotationTask {
  const responses = isObject(row.responses) ? row.responses : {}
  const answers = Object.entries(responses).flatMap(([question, list]) => {
    if (!Array.isArray(list)) throw new RowError(`"responses.${question}" is not a list`)
    return list.map((entry: unknown) => {
      const { value, user_id, status } = isObject(entry) ? entry : { value: entry }
      return toAnswer(question, value, user_id, status)
    })
  })
  const suggestions = Object.entries(isObject(row.suggestions) ? row.suggestions : {})
  const { metadata, ...origin } = originOf(row, 'argilla', ['fields', 'responses', 'suggestions', 'metadata'])
  const own = isObject(row.metadata) ? originOf({ ...row.metadata }, '', []).metadata : {}
  return {
    origin: { ...origin, metadata: { ...metadata, ...own } },
    fields: row.fields as RawObject,
    answers,
    suggestions: texts(
      suggestions.map(([question, entry]) => [question, isObject(entry) ? entry.value : entry]),
    ),
  }
}

function texts(entries: [string, unknown][]): Record<string, string> {
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** Questions of a flattened record of version 2. */
function flatQuestions(row: RawObject): string[] {
  return Object.keys(row)
    .filter((key) => key.endsWith('.responses') || key.endsWith('.suggestion'))
    .map((key) => key.replace(/\.(responses|suggestion)$/, ''))
    .filter((question, index, all) => all.indexOf(question) === index)
}

/** Questions of a record of version 1. */
function oldQuestions(row: RawObject): string[] {
  return Object.keys(row).filter((key) => {
    const list = row[key]
    return (
      Array.isArray(list) && list.length > 0 && list.every((entry) => isObject(entry) && 'user_id' in entry)
    )
  })
}

function parseFlat(row: RawObject): Parsed {
  const flat = flatQuestions(row)
  const old = oldQuestions(row)
  const isAnswerKey = (key: string) =>
    flat.some(
      (question) => key.startsWith(`${question}.responses`) || key.startsWith(`${question}.suggestion`),
    ) || old.some((question) => key === question || key.startsWith(`${question}-suggestion`))
  const isField = (key: string) => !isAnswerKey(key) && !recordKeys.includes(key)
  const fields = Object.fromEntries(Object.entries(row).filter(([key]) => isField(key)))
  const { fields: named, rest } = splitFields(fields)
  const used = Object.keys(row).filter((key) => isAnswerKey(key) || key in named)
  return itemsOfTask({
    origin: {
      ...originOf({ ...row }, 'argilla', used),
      metadata: originOf({ ...rest, ...systemOf(row) }, '', []).metadata,
    },
    fields: named,
    answers: flatRecordAnswers(row),
    suggestions: texts([
      ...flat.map((question): [string, unknown] => [question, row[`${question}.suggestion`]]),
      ...old.map((question): [string, unknown] => [question, row[`${question}-suggestion`]]),
    ]),
  })
}

/** Keys of a record that are not its fields. */
const recordKeys = [
  'id',
  'external_id',
  'status',
  '_server_id',
  'inserted_at',
  'updated_at',
  'metadata',
  'vectors',
]

function systemOf(row: RawObject): RawObject {
  return Object.fromEntries(recordKeys.slice(1).flatMap((key) => (row[key] == null ? [] : [[key, row[key]]])))
}

/** Texts and dialogues are fields; numbers and what else a flattened record has are its metadata. */
function splitFields(values: RawObject): { fields: RawObject; rest: RawObject } {
  const isShown = (value: unknown) => typeof value === 'string' || Array.isArray(value)
  const pick = (shown: boolean) =>
    Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== null && isShown(value) === shown),
    )
  return { fields: pick(true), rest: pick(false) }
}

function flatAnswers(row: RawObject, question: string): Answer[] {
  const values = row[`${question}.responses`]
  if (values === null || values === undefined) return []
  if (!Array.isArray(values)) throw new RowError(`"${question}.responses" is not a list`)
  const list = (suffix: string): unknown[] => {
    const value = row[`${question}.responses.${suffix}`]
    return Array.isArray(value) ? value : []
  }
  const [users, statuses] = [list('users'), list('status')]
  return values.map((value, index) => toAnswer(question, value, users[index], statuses[index]))
}

function flatRecordAnswers(row: RawObject): Answer[] {
  return [
    ...flatQuestions(row).flatMap((question) => flatAnswers(row, question)),
    ...oldQuestions(row).flatMap((key) => oldAnswers(row, key)),
  ]
}

function oldAnswers(row: RawObject, question: string): Answer[] {
  return (row[question] as RawObject[]).map(({ value, user_id, status }) =>
    toAnswer(question, value, user_id, status),
  )
}
