/**
 * Streams a data file as items and annotations, in whichever known format it is. Every row is yielded once: as an item,
 * or with the reason why it can't be one.
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
    for (const raw of sample) yield parseRow(file, raw, importer)
    for await (const raw of rest) yield parseRow(file, raw, importer)
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

function parseRow(file: string, raw: RawRow, importer: Importer | null): ImportRow | BadRow {
  const { line } = raw
  if ('reason' in raw) return { file, line, reason: raw.reason }
  if (!importer?.recognises(raw.value)) {
    return { file, line, reason: `it differs from the file's other rows, which are ${importer?.rows}` }
  }
  try {
    return { file, line, ...importer.parse(raw.value) }
  } catch (error) {
    if (error instanceof RowError) return { file, line, reason: error.message }
    throw error
  }
}
