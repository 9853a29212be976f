/**
 * Says how a file is read, from what became of its first rows: the field in which each column's content arrived, which
 * columns are kept as metadata, and which of several readings was taken. Nothing is said that did not happen.
 */
import type { FileReading } from '../../contract/records.ts'
import { displacedName, type FieldNames, isBlank, rename } from './columns.ts'
import type { Importer, ParsedRow, RawObject } from './fields.ts'

/** Short texts may be equal by chance. */
const minShare = 0.8

/** Enough rows to see where a column goes. */
const maxRows = 16

/** What is known of a file after its first rows. */
interface FileStart {
  container: string
  columns: readonly string[]
  notes: string[]
  importer: Importer | null
  names: FieldNames
  sample: readonly object[]
}

export function describeReading(file: string, start: FileStart): FileReading {
  const { container, columns, importer, names } = start
  const rows = start.sample
    .flatMap((raw) => ('value' in raw ? [raw.value as RawObject] : []))
    .slice(0, maxRows)
  const parsed = rows.map((row) => parseOrNothing(importer, rename(row, names)))
  const fields = columns.map((column) => [column, fieldOf(column, names, rows, parsed)] as const)
  const those = (kind: string) => fields.flatMap(([column, field]) => (field === kind ? [column] : []))
  return {
    file,
    container,
    format: importer?.name ?? null,
    rows: importer?.rows ?? '',
    fields: fields.flatMap(([column, field]) =>
      field === 'metadata' || field === 'empty' ? [] : [{ column, field }],
    ),
    metadata: those('metadata'),
    empty: those('empty'),
    notes: [...start.notes, ...(importer?.reading ? [importer.reading] : []), ...notesOn(columns, names)],
  }
}

/** Rows that are read together with their neighbours are looked at one by one. */
function parseOrNothing(importer: Importer | null, row: RawObject): ParsedRow[] {
  try {
    if (!importer?.recognises(row)) return []
    return [importer.parse(row, [])].flat().flatMap((part) => ('item' in part ? [part] : []))
  } catch {
    return []
  }
}

/** Where a column's values arrived, if nearly all arrived in one place. */
function fieldOf(
  column: string,
  names: FieldNames,
  rows: readonly RawObject[],
  parsed: readonly ParsedRow[][],
): string {
  if (rows.every((row) => isBlank(row[column]))) return 'empty'
  const counts = new Map<string, number>()
  for (const [index, row] of rows.entries()) {
    const value = row[column]
    if (isBlank(value) || parsed[index]!.length === 0) continue
    const field = placeOf(value, keyOf(column, names), parsed[index]!)
    counts.set(field, (counts.get(field) ?? 0) + 1)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const most = [...counts].find(([, count]) => count >= minShare * total)
  return most?.[0] ?? (total > 0 ? 'read' : (names.get(column) ?? 'unread'))
}

/** The key that the importer saw. */
function keyOf(column: string, names: FieldNames): string {
  const field = names.get(column)
  if (field !== undefined) return field
  return [...names.values()].includes(column) ? displacedName(column) : column
}

function placeOf(value: unknown, key: string, parsed: readonly ParsedRow[]): string {
  const [{ item, annotations }] = parsed as [ParsedRow]
  if (Object.hasOwn(item.metadata, key)) return 'metadata'
  const text = typeof value === 'number' ? String(value) : value
  const places: [field: string, isThere: boolean][] = [
    ['edited', annotations.some(({ edited }) => edited === text)],
    ['chosen', item.chosen === text],
    ['rejected', item.rejected === text],
    ['system message', item.prompt.some(({ role, content }) => role === 'system' && content === text)],
    ['prompt', item.prompt.some(({ content }) => content === text)],
    ['context', item.context !== '' && textsIn(text).every((each) => item.context.includes(each))],
    ['id', item.sourceId === text],
    ['source', item.source === text],
    ['annotator', annotations.some(({ annotator }) => annotator === text)],
  ]
  // A field's own name comes first: two short texts may be equal by chance.
  const own = places.find(([field, isThere]) => isThere && field === key)
  return (own ?? places.find(([, isThere]) => isThere))?.[0] ?? 'read'
}

function textsIn(value: unknown): string[] {
  const texts = Array.isArray(value)
    ? value.map((part) => (typeof part === 'object' ? part?.text : part))
    : [value]
  return texts.map((text) => (typeof text === 'string' ? text : '\0'))
}

/** Names that have another usual meaning. */
const otherMeanings: Record<string, { as: string; note: string }> = {
  response: {
    as: 'rejected',
    note: 'as the response to edit; --columns chosen=COLUMN reads it as a demonstration',
  },
  document: {
    as: 'context',
    note: 'as the context; --columns document=COLUMN reads it as the name of the document',
  },
  answer: { as: 'rejected', note: 'as the response to edit' },
  output: { as: 'rejected', note: 'as the response to edit' },
}

function notesOn(columns: readonly string[], names: FieldNames): string[] {
  return columns.flatMap((column) => {
    const other = otherMeanings[column.toLowerCase()]
    if (other === undefined || names.get(column) !== other.as) return []
    return [`"${column}" is read ${other.note.replace('COLUMN', column)}.`]
  })
}
