/**
 * Which column of a file is read as which field: as the user says, or by a column's name. The same in every container:
 * a CSV header, the keys of JSON rows and the columns of Parquet are all columns.
 */
import { UserError } from '../../contract/errors.ts'
import { shellWord } from '../../contract/shell-word.ts'
import type { RawObject } from './fields.ts'

/** Which column contains which field, such as `{ prompt: 'question', edited: 'post_edit' }`. */
export type Columns = Record<string, string>

/** The field that each renamed column is read as. */
export type FieldNames = ReadonlyMap<string, string>

/** Other names of fields, used if no column has the field's own name; the first that exists counts. */
const aliasesOfFields: Record<string, string[]> = {
  edited: [
    'corrected',
    'correction',
    'post_edit',
    'postedit',
    'edited_response',
    'edited_text',
    'corrected_response',
    'corrected_text',
    'revised',
  ],
  prompt: ['instruction', 'question', 'query', 'input', 'user_input'],
  chosen: ['preferred', 'chosen_response', 'preferred_response'],
  rejected: [
    'response',
    'original',
    'draft',
    'rejected_response',
    'original_response',
    'original_text',
    'output',
    'answer',
  ],
  context: ['input', 'passage', 'document'],
}

/** Usual names of demonstrations: the text to edit only next to an edit. */
const answerNames = new Set(['output', 'answer'])

/** A `document` of at least this many words is a text to refer to; a shorter one names where a row comes from. */
const minDocumentWords = 8

/**
 * @param columns of the file, or of its first rows
 * @throws UserError if a column is not in the file
 */
export function namesAsMapped(file: string, columns: readonly string[], mapping: Columns): FieldNames {
  for (const [field, column] of Object.entries(mapping)) {
    if (columns.includes(column)) continue
    const message = `${file} has no column "${column}" to read ${field} from; it has ${columns.join(', ')}.`
    throw new UserError('bad_input', message)
  }
  return new Map(Object.entries(mapping).map(([field, column]) => [column, field]))
}

/**
 * Adds the fields that columns are likely to be, by their names.
 * @param rows the first rows, renamed as mapped
 */
export function namesByAlias(
  columns: readonly string[],
  mapped: FieldNames,
  rows: readonly RawObject[],
): FieldNames {
  const names = new Map(mapped)
  const isFilled = (column: string) => rows.some((row) => !isBlank(row[column]))
  const hasField = (field: string) => [...names.values()].includes(field) || isFilled(field)
  const canBe = (column: string, name: string) =>
    plainName(column) === name &&
    !names.has(column) &&
    rows.some((row) => isText(row[column])) &&
    (!answerNames.has(name) || hasField('edited')) &&
    (name !== 'document' || hasLongTexts(rows, column))
  for (const [field, aliases] of Object.entries(aliasesOfFields)) {
    if (hasField(field)) continue
    const likely = [field, ...aliases].flatMap((name) => columns.filter((column) => canBe(column, name)))
    if (likely[0] !== undefined) names.set(likely[0], field)
  }
  return names
}

/** Words in the names of columns, the field that they tell most of first. */
const wordsOfFields: [field: string, words: RegExp][] = [
  ['edited', /edit|correct|revis|improv|fix|rewrit|rewrot|^post|after|final/],
  ['chosen', /chosen|choose|good|prefer|better|accept|win|best/],
  ['prompt', /prompt|instruct|question|query|input|task|request/],
  ['rejected', /reject|orig|output|response|answer|draft|before|bad|worse|los|generat|predict|complet|model/],
]

/**
 * What to write to have columns read that no form of data knows, as far as their names tell.
 * @param read fields that are read already, each from the column of its name
 * @returns options of `stet import`; empty if the names tell nothing
 */
export function suggestedColumns(row: RawObject, read: readonly string[] = []): string {
  const texts = Object.keys(row).filter((column) => isText(row[column]) && !read.includes(column))
  const found = new Map<string, string>()
  for (const [field, words] of wordsOfFields) {
    const free = texts.filter((column) => ![...found.values()].includes(column))
    const column = free.find((each) => words.test(plainName(each)))
    if (column !== undefined && !read.includes(field)) found.set(field, column)
  }
  const left = texts.filter((column) => ![...found.values()].includes(column))
  const missing = wordsOfFields
    .map(([field]) => field)
    .filter((field) => ![...found.keys(), ...read].includes(field))
  if (missing.includes('prompt') && left.length === 1 && found.size > 0) found.set('prompt', left[0]!)
  return ['prompt', 'chosen', 'rejected', 'edited']
    .flatMap((field) => (found.has(field) ? [`--columns ${shellWord(`${field}=${found.get(field)}`)}`] : []))
    .join(' ')
}

function plainName(column: string): string {
  return column.trim().toLowerCase().replaceAll(/[ -]/g, '_')
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function isText(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'string' && value !== '')
}

function hasLongTexts(rows: readonly RawObject[], column: string): boolean {
  const texts = rows.map((row) => row[column]).filter((value) => typeof value === 'string' && value !== '')
  const long = texts.filter((text) => String(text).trim().split(/\s+/).length >= minDocumentWords)
  return long.length > texts.length / 2
}

/** What a column is called whose own name another column was mapped to. */
export function displacedName(field: string): string {
  return `${field} (column)`
}

/** A row by its fields; a column that is not renamed keeps its name, and none is lost. */
export function rename(row: RawObject, names: FieldNames): RawObject {
  if (names.size === 0) return row
  const taken = new Set(names.values())
  const entries = Object.entries(row).map(([column, value]): [string, unknown] => {
    const field = names.get(column)
    if (field !== undefined) return [field, value]
    return [taken.has(column) ? displacedName(column) : column, value]
  })
  return Object.fromEntries(entries)
}
