/** Reads CSV (comma, semicolon or tab) with a header into one object per row, keyed by column. */
import { pipeline, Readable } from 'node:stream'
import { type CsvError, type Info, type Parser, parse } from 'csv-parse'
import { UserError } from '../../contract/errors.ts'
import { maxRowBytes, type RowBytes } from './split.ts'
import { decode, type RawRow } from './text.ts'

export interface CsvTable {
  columns: string[]
  /** Empty cells are left out of their row's object. */
  rows: AsyncGenerator<RawRow>
}

/** @throws UserError if there is no usable header */
export async function openCsv(file: string, lines: AsyncGenerator<RowBytes>): Promise<CsvTable> {
  const table = openTable(file, lines)
  const header = await table.next()
  const names: Cells = header.done ? { line: 1, reason: 'it has no readable row' } : header.value
  if ('reason' in names) {
    const message = `${file} is neither JSON nor CSV with a header: line ${names.line}, ${names.reason}.`
    throw new UserError('bad_input', message)
  }
  const columns = names.cells.map((name) => name.trim())
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index)
  if (repeated !== undefined) {
    const message = `${file}, line ${names.line}: two columns are called "${repeated}". Rename one.`
    throw new UserError('bad_input', message)
  }
  return { columns, rows: readTable(table, columns) }
}

async function* readTable(table: AsyncGenerator<Cells>, columns: string[]): AsyncGenerator<RawRow> {
  for await (const row of table) yield 'reason' in row ? row : toObject(row, columns)
}

type Cells = { line: number; cells: string[] } | { line: number; reason: string }

function toObject(row: { line: number; cells: string[] }, fields: string[]): RawRow {
  if (row.cells.length !== fields.length) {
    const reason = `it has ${row.cells.length} cells, but the header has ${fields.length}`
    return { line: row.line, reason }
  }
  const entries = fields.map((field, index) => [field, row.cells[index]!] as const)
  return { line: row.line, value: Object.fromEntries(entries.filter(([, cell]) => cell !== '')) }
}

/** Lines are passed to the parser in strings of about this many bytes. */
const feedBytes = 1 << 16

/** A table while it is read. */
interface Reading {
  file: string
  parser: Parser
  lines: LineFinder
  /** Lines that could not be decoded. */
  undecoded: Set<number>
  /** What is wrong with lines, in their order, and not yet yielded. */
  problems: { line: number; reason: string }[]
}

/** Yields cells row by row, the header first; rows that touch an unreadable line are left out and that line is named. */
async function* openTable(file: string, lines: AsyncIterable<RowBytes>): AsyncGenerator<Cells> {
  const iterator = lines[Symbol.asyncIterator]()
  let first = await iterator.next()
  if (first.done) return
  const declared = declaredDelimiter(first.value)
  if (declared !== null) first = await iterator.next()
  if (first.done) return
  const reading: Reading = {
    file,
    parser: newParser(first.value, declared),
    lines: lineFinder(),
    undecoded: new Set(),
    problems: [],
  }
  const { parser, undecoded, problems } = reading
  parser.on('skip', (error: CsvError & { bytes: number }) => {
    const line = reading.lines.lineAt(error.bytes)
    const reason = `its quotes are broken (${error.code.toLowerCase().replaceAll('_', ' ')})`
    if (problems.at(-1)?.line !== line) problems.push({ line, reason })
  })
  const records: AsyncIterable<{ record: string[]; info: Info }> = pipeline(
    Readable.from(feed(reading, first, iterator)),
    parser,
    () => {},
  )
  try {
    for await (const { record, info } of records) {
      const last = reading.lines.lineEndingAt(info.bytes)
      const line = last - record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)
      while (problems.length > 0 && problems[0]!.line <= last) yield problems.shift()!
      if (!touches(undecoded, line, last)) yield { line, cells: record }
    }
    yield* problems
  } finally {
    await iterator.return?.()
  }
}

/** Excel may write the delimiter on a line before the header, as `sep=;`. Null if the first line is another one. */
function declaredDelimiter({ bytes }: RowBytes): string | null {
  return /^"?sep=(.)"?\s*$/i.exec(bytes?.toString() ?? '')?.[1] ?? null
}

function newParser(header: RowBytes, declared: string | null): Parser {
  return parse({
    delimiter: declared ?? mostFrequent(header.bytes?.toString() ?? '', [',', '\t', ';']),
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  })
}

/** Text for the parser. @throws UserError if a row is too long, as after a quote that is not closed */
async function* feed(
  { file, parser, lines, undecoded, problems }: Reading,
  first: IteratorResult<RowBytes>,
  iterator: AsyncIterator<RowBytes>,
): AsyncGenerator<string> {
  let text = ''
  let unparsedBytes = 0
  let records = 0
  for (let next = first; !next.done; next = await iterator.next()) {
    const { line, bytes } = next.value
    const decoded = decode(bytes)
    if (decoded.reason !== undefined) {
      undecoded.add(line)
      problems.push({ line, reason: decoded.reason })
    }
    const added = `${decoded.text ?? ''}\n`
    lines.add(line, added)
    text += added
    if (text.length < feedBytes) continue
    unparsedBytes = parser.info.records === records ? unparsedBytes + text.length : 0
    records = parser.info.records
    if (unparsedBytes > maxRowBytes) throw tooLong(file, line)
    yield text
    text = ''
  }
  yield text
}

interface LineFinder {
  add(line: number, text: string): void
  /** The line at whose end a row ends; earlier lines are then forgotten. */
  lineEndingAt(byte: number): number
  lineAt(byte: number): number
}

/**
 * Finds lines by the byte positions that csv-parse reports (its own count takes CRLF in quotes for two lines). Blank
 * lines are left out: no row begins or ends on one.
 */
function lineFinder(): LineFinder {
  let lines: { line: number; endByte: number }[] = []
  let bytes = 0
  return {
    add(line, text) {
      bytes += Buffer.byteLength(text)
      if (text.trim() !== '') lines.push({ line, endByte: bytes })
    },
    lineEndingAt(byte) {
      lines = lines.slice(lines.findIndex(({ endByte }) => endByte >= byte))
      return lines[0]!.line
    },
    lineAt(byte) {
      return (lines.find(({ endByte }) => endByte > byte) ?? lines.at(-1)!).line
    },
  }
}

function tooLong(file: string, line: number): UserError {
  const message = `${file}: a row that runs past line ${line} is longer than 16 MiB. Is a quote before it not closed?`
  return new UserError('bad_input', message)
}

function touches(lines: Set<number>, first: number, last: number): boolean {
  if (lines.size === 0) return false
  for (let line = first; line <= last; line++) if (lines.has(line)) return true
  return false
}

function mostFrequent(text: string, marks: string[]): string {
  const count = (mark: string) => text.split(mark).length
  return marks.reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}
