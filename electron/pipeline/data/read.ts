/**
 * Streams a data file as items and annotations, in whichever known format it is. Every row is yielded: as one item or
 * more, or with the reason why it can't be one. Those that the file itself marks as not done yet are reported instead.
 */
import { UserError } from '../../contract/errors.ts'
import type { BadRow, FileReading, ImportRow } from '../../contract/records.ts'
import { type FieldNames, namesAsMapped, rename, suggestedColumns } from './columns.ts'
import { type Detected, detectReading } from './detect.ts'
import { type Importer, type RawObject, RowError } from './fields.ts'
import { openRawFile, type ReadOptions } from './raw-rows.ts'
import { describeReading } from './reading.ts'
import type { RawRow } from './text.ts'

/** The format is detected from this many rows at the start of a file. */
const sampleRows = 64

/** A file that is being read. Reading `rows`, to the end or not, closes the file. */
export interface DataFile {
  /** How it is read; of the first rows. */
  reading: FileReading
  rows: AsyncGenerator<ImportRow | BadRow>
}

/**
 * @param file gzip or plain; JSONL, JSON, CSV or Parquet
 * @throws UserError if the file as a whole cannot be read: missing, empty, damaged, or in no known format
 */
export async function openRows(file: string, options: ReadOptions = {}): Promise<DataFile> {
  const opened = await open(file, options)
  return { reading: describeReading(file, opened), rows: parseAll(file, opened) }
}

/** The rows of a file. @throws UserError as `openRows` does */
export async function* readRows(file: string, options: ReadOptions = {}): AsyncGenerator<ImportRow | BadRow> {
  yield* parseAll(file, await open(file, options))
}

/**
 * @returns how `openRows` reads the file
 * @throws UserError as `openRows` does
 */
export async function detectReadingOf(file: string, options: ReadOptions = {}): Promise<FileReading> {
  const opened = await open(file, options)
  await opened.rest.return(undefined)
  return describeReading(file, opened)
}

/** @returns the name of the format; null if no row of the file can be read */
export async function detectFile(file: string, options: ReadOptions = {}): Promise<string | null> {
  return (await detectReadingOf(file, options)).format
}

async function* parseAll(
  file: string,
  { sample, rest, importer, names, onSkip }: Opened,
): AsyncGenerator<ImportRow | BadRow> {
  try {
    for await (const group of grouped(chain(sample, rest, names), importer))
      yield* parseGroup(file, group, { importer, onSkip })
  } finally {
    await rest.return(undefined)
  }
}

/** A file with its first rows read. */
export interface Opened extends Detected {
  container: string
  columns: string[]
  notes: string[]
  /** By column, not by field. */
  sample: RawRow[]
  onSkip: ReadOptions['onSkip']
  rest: AsyncGenerator<RawRow>
}

async function open(file: string, options: ReadOptions): Promise<Opened> {
  const { container, columns: header, notes, rows: rest } = await openRawFile(file, options)
  try {
    const sample: RawRow[] = []
    let ended = false
    while (sample.length < sampleRows && !ended) {
      const next = await rest.next()
      if (next.done) ended = true
      else sample.push(next.value)
    }
    if (sample.length === 0)
      throw new UserError('bad_input', `${file} has no rows: there is nothing to import.`)
    const rows = sample.flatMap((raw) => ('value' in raw ? [raw.value] : []))
    const columns = header ?? [...new Set(rows.flatMap(Object.keys))]
    // The importer is null only if the whole file is a few rows and none can be read.
    const isUnreadable = rows.length === 0 && ended
    const mapped = isUnreadable ? new Map() : namesAsMapped(file, columns, options.columns ?? {})
    const detected = detectReading(columns, rows, mapped)
    if (detected.importer === null && !isUnreadable) throw unknownFormat(file, sample, rows)
    return { ...detected, container, columns, notes, sample, onSkip: options.onSkip, rest }
  } catch (error) {
    await rest.return(undefined)
    throw error
  }
}

function unknownFormat(file: string, sample: RawRow[], rows: RawObject[]): UserError {
  return new UserError(
    'bad_input',
    `${file} is in no format that Stet knows: ${describeSample(sample, rows)} Say which column is which (${suggested(rows)}); docs/DATA.md lists the known formats.`,
  )
}

/** As the names of the columns suggest, with two fields at least. */
function suggested(rows: RawObject[]): string {
  const options = suggestedColumns(rows[0] ?? {})
  const isEnough = options.includes('prompt=') && options.split('--columns').length > 2
  return isEnough ? options : '--columns prompt=COLUMN --columns rejected=COLUMN --columns edited=COLUMN'
}

function describeSample(sample: RawRow[], rows: RawObject[]): string {
  const first = sample[0]!
  if (rows.length === 0) {
    return `none of its first ${sample.length} rows could be read (line ${first.line}: ${'reason' in first ? first.reason : ''}).`
  }
  const keys = Object.keys(rows[0]!).slice(0, 12)
  return keys.length === 0 ? 'its first row is empty.' : `its first row has ${keys.join(', ')}.`
}

/** A longer run of rows with one key is read in parts, so that memory is bounded. */
const maxGroupRows = 256

/** The rows, those that the importer reads together as one group. */
async function* grouped(rows: AsyncIterable<RawRow>, importer: Importer | null): AsyncGenerator<RawRow[]> {
  const keyOf = (raw: RawRow) =>
    'value' in raw && importer?.recognises(raw.value) ? (importer.groupKey?.(raw.value) ?? null) : null
  let group: RawRow[] = []
  let groupKey: string | null = null
  for await (const raw of rows) {
    const key = keyOf(raw)
    if (group.length > 0 && (key === null || key !== groupKey || group.length === maxGroupRows)) {
      yield group
      group = []
    }
    group.push(raw)
    groupKey = key
  }
  if (group.length > 0) yield group
}

/** All rows, by field. */
async function* chain(
  sample: RawRow[],
  rest: AsyncGenerator<RawRow>,
  names: FieldNames,
): AsyncGenerator<RawRow> {
  for (const raw of sample) yield renameRow(raw, names)
  for await (const raw of rest) yield renameRow(raw, names)
}

function renameRow(raw: RawRow, names: FieldNames): RawRow {
  return 'value' in raw ? { line: raw.line, value: rename(raw.value, names) } : raw
}

/** Each item and each unused part of a group; all have the line of its first row. */
function* parseGroup(
  file: string,
  [raw, ...others]: RawRow[],
  { importer, onSkip }: Pick<Opened, 'importer' | 'onSkip'>,
): Generator<ImportRow | BadRow> {
  const { line } = raw!
  if ('reason' in raw!) {
    yield { file, line, reason: raw.reason }
    return
  }
  const skipped = importer?.skips?.(raw!.value) ?? null
  if (skipped !== null) {
    onSkip?.(skipped)
    return
  }
  if (!importer?.recognises(raw!.value)) {
    yield { file, line, reason: `it differs from the file's other rows, which are ${importer?.rows}` }
    return
  }
  try {
    const parsed = importer.parse(raw!.value, others.flatMap(rowsOf))
    for (const part of Array.isArray(parsed) ? parsed : [parsed]) yield { file, line, ...part }
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    yield { file, line, reason: error.message }
  }
}

function rowsOf(raw: RawRow): RawObject[] {
  return 'value' in raw ? [raw.value] : []
}
