/**
 * Streams a data file as items and annotations, in whichever known format it is. Every row is yielded: as one item or
 * more, or with the reason why it can't be one.
 */
import { UserError } from '../../contract/errors.ts'
import type { BadRow, ImportRow } from '../../contract/records.ts'
import { detectImporter, importers } from './detect.ts'
import { type Importer, type RawObject, RowError } from './fields.ts'
import { type ReadOptions, readRawRows } from './raw-rows.ts'
import type { RawRow } from './text.ts'

/** The format is detected from this many rows at the start of a file. */
const sampleRows = 64

/**
 * @param file gzip or plain; JSONL, a JSON array or CSV
 * @throws UserError if the file as a whole cannot be read: missing, empty, damaged, or in no known format
 */
export async function* readRows(file: string, options: ReadOptions = {}): AsyncGenerator<ImportRow | BadRow> {
  const { sample, rest, importer } = await open(file, options)
  try {
    for await (const group of grouped(sample, rest, importer)) yield* parseGroup(file, group, importer)
  } finally {
    await rest.return(undefined)
  }
}

/**
 * @returns the name of the format in which `readRows` reads the file; null if no row of it can be read
 * @throws UserError as `readRows` does
 */
export async function detectFile(file: string, options: ReadOptions = {}): Promise<string | null> {
  const { rest, importer } = await open(file, options)
  await rest.return(undefined)
  return importer?.name ?? null
}

interface Opened {
  sample: RawRow[]
  rest: AsyncGenerator<RawRow>
  /** Null only if the whole file is a few rows and none can be read. */
  importer: Importer | null
}

async function open(file: string, options: ReadOptions): Promise<Opened> {
  const rest = readRawRows(file, options)
  try {
    const sample: RawRow[] = []
    let ended = false
    while (sample.length < sampleRows && !ended) {
      const next = await rest.next()
      if (next.done) ended = true
      else sample.push(next.value)
    }
    return { sample, rest, importer: importerOf(file, sample, ended) }
  } catch (error) {
    await rest.return(undefined)
    throw error
  }
}

function importerOf(file: string, sample: RawRow[], ended: boolean): Importer | null {
  if (sample.length === 0)
    throw new UserError('bad_input', `${file} has no rows: there is nothing to import.`)
  const rows = sample.flatMap((raw) => ('value' in raw ? [raw.value] : []))
  const importer = detectImporter(rows)
  if (importer || (rows.length === 0 && ended)) return importer
  throw new UserError(
    'bad_input',
    `${file} is in no format that Stet knows: ${describeSample(sample, rows)} ${knownFormats}`,
  )
}

const knownFormats = `Known formats: ${importers.map(({ rows }) => rows).join('; ')}. For CSV, say which column is which.`

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
async function* grouped(
  sample: RawRow[],
  rest: AsyncGenerator<RawRow>,
  importer: Importer | null,
): AsyncGenerator<RawRow[]> {
  const keyOf = (raw: RawRow) =>
    'value' in raw && importer?.recognises(raw.value) ? (importer.groupKey?.(raw.value) ?? null) : null
  let group: RawRow[] = []
  let groupKey: string | null = null
  for await (const raw of chain(sample, rest)) {
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

async function* chain(sample: RawRow[], rest: AsyncGenerator<RawRow>): AsyncGenerator<RawRow> {
  yield* sample
  yield* rest
}

/** Each item and each unused part of a group; all have the line of its first row. */
function* parseGroup(
  file: string,
  [raw, ...others]: RawRow[],
  importer: Importer | null,
): Generator<ImportRow | BadRow> {
  const { line } = raw!
  if ('reason' in raw!) {
    yield { file, line, reason: raw.reason }
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
