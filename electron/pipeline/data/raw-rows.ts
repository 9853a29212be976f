/**
 * Streams the rows of a file as plain objects, whatever they mean: JSONL, JSON (an array, one object, or an object around
 * an array), CSV or Parquet. The container is detected from the content; a byte order mark, CRLF and blank lines are
 * tolerated, and UTF-16 with a byte order mark is converted.
 */
import { UserError } from '../../contract/errors.ts'
import { type ReadBytesOptions, readBytes, readMagic } from './bytes.ts'
import { parseCells } from './cells.ts'
import type { Columns } from './columns.ts'
import { openCsv } from './csv.ts'
import { fromUtf16, utf16Of } from './encoding.ts'
import { findRowsKey, findRowsStart, refuseColumns } from './json-wrapper.ts'
import { openParquet, parquetMagic } from './parquet.ts'
import { type Element, splitArray, splitLines, splitObjects } from './split.ts'
import { decode, parseJsonRow, type RawRow } from './text.ts'

export interface ReadOptions extends ReadBytesOptions {
  /** Which column contains which field. */
  columns?: Columns
  /** Called for each row that the file marks as not done, with what it is called: `pending`. */
  onSkip?: (state: string) => void
}

/** A file as a table of rows. Reading `rows`, to the end or not, closes the file. */
export interface RawFile {
  /** What the file is, for people. */
  container: string
  /** Of a header; null if each row has its own keys. */
  columns: string[] | null
  /** Sentences on what was chosen or left out; more may come while rows are read. */
  notes: string[]
  rows: AsyncGenerator<RawRow>
}

/** The container is detected from this much of a file. */
const peekBytes = 1 << 16

/** @throws UserError if the file as a whole cannot be read (see `readBytes`) or is empty */
export async function* readRawRows(file: string, options: ReadOptions = {}): AsyncGenerator<RawRow> {
  const { rows } = await openRawFile(file, options)
  yield* rows
}

/** @throws UserError as `readRawRows` does */
export async function openRawFile(file: string, options: ReadBytesOptions = {}): Promise<RawFile> {
  const isParquet = (await readMagic(file)) === parquetMagic
  const raw = isParquet ? await openParquetFile(file, options) : await openTextFile(file, options)
  return { ...raw, rows: withCells(raw.rows) }
}

/** Columns of a header, or the keys of the first rows. @throws UserError as `readRawRows` does */
export async function readColumns(file: string, signal?: AbortSignal): Promise<string[]> {
  const { columns, rows } = await openRawFile(file, { signal })
  const keys = new Set(columns)
  let count = 0
  for await (const row of rows) {
    if (columns === null && 'value' in row) for (const key of Object.keys(row.value)) keys.add(key)
    if (++count === columnRows) break
  }
  return [...keys]
}

/** Keys of JSON rows are collected from this many. */
const columnRows = 64

async function* withCells(rows: AsyncGenerator<RawRow>): AsyncGenerator<RawRow> {
  for await (const row of rows) yield parseCells(row)
}

async function openParquetFile(file: string, options: ReadBytesOptions): Promise<RawFile> {
  const notes: string[] = []
  const onBinary = (column: string) => notes.push(`The column "${column}" is binary and is left out.`)
  const { columns, rows } = await openParquet(file, { ...options, onBinary })
  return { container: 'Parquet', columns, notes, rows }
}

async function openTextFile(file: string, options: ReadBytesOptions): Promise<RawFile> {
  const source = readBytes(file, options)
  try {
    const opened = await openText(file, source)
    return { ...opened, rows: closing(opened.rows, source) }
  } catch (error) {
    await source.return(undefined)
    throw error
  }
}

async function* closing<Row>(rows: AsyncGenerator<Row>, source: AsyncGenerator<Buffer>): AsyncGenerator<Row> {
  try {
    yield* rows
  } finally {
    await source.return(undefined)
  }
}

async function openText(file: string, source: AsyncGenerator<Buffer>): Promise<RawFile> {
  const bytes = await peek(source)
  const encoding = utf16Of(file, bytes.head)
  const whole = rejoin(bytes.head, source)
  if (encoding === null) return openUtf8(file, { ...bytes, rest: source })
  const converted = fromUtf16(file, encoding, whole)
  const opened = await openUtf8(file, { ...(await peek(converted)), rest: converted })
  return { ...opened, container: `${opened.container}, in UTF-16` }
}

/** The beginning of a file, and what follows. */
interface Peeked {
  head: Buffer
  /** Whether the head is the whole file. */
  isWhole: boolean
  rest: AsyncGenerator<Buffer>
}

async function openUtf8(file: string, { head: marked, isWhole, rest }: Peeked): Promise<RawFile> {
  const hasMark = marked[0] === 0xef && marked[1] === 0xbb && marked[2] === 0xbf
  const head = hasMark ? marked.subarray(3) : marked
  const start = head.toString('utf8', 0, peekBytes).trimStart()
  if (start === '') throw new UserError('bad_input', `${file} is empty: there is nothing to import.`)
  const chunks = rejoin(head, rest)
  const json = (container: string, rows: AsyncGenerator<RawRow>, ...notes: string[]): RawFile => ({
    container,
    columns: null,
    notes,
    rows,
  })
  if (start.startsWith('[')) return json('a JSON array', readArray(chunks))
  const jsonLines = start.split('\n').filter(isJsonRow)
  const isOneLine = isWhole && jsonLines.length === 1 && start.trim() === jsonLines[0]!.trim()
  if (jsonLines.length > 0 && !isOneLine) return json('JSON lines', readLines(chunks))
  if (!start.startsWith('{')) {
    const { columns, rows } = await openCsv(file, splitLines(chunks))
    return { container: 'CSV', columns, notes: [], rows }
  }
  const notes: string[] = []
  if (isOneLine) return { ...json('a JSON object', readObjects(file, chunks, notes)), notes }
  const wrapped = findRowsStart(start)
  if (wrapped) {
    const rows = readArray(masked(chunks, start, wrapped.at), true)
    return json('a JSON object with a list of rows', rows, wrapperNote(wrapped.key))
  }
  if (!isPretty(start)) return json('JSON lines', readLines(chunks))
  return { ...json('JSON objects', readObjects(file, chunks, notes)), notes }
}

function wrapperNote(key: string): string {
  return `The rows are the list "${key}"; what is around it is left out.`
}

/** Whether an object continues on its own lines; a broken line of JSONL is followed by another object. */
function isPretty(start: string): boolean {
  const [first = '', second = ''] = start.split('\n').filter((line) => line.trim() !== '')
  return first.trim() === '{' || /^(?:\s+\S|"|\})/.test(second)
}

function isJsonRow(line: string): boolean {
  return line.trimStart().startsWith('{') && 'value' in parseJsonRow(line)
}

async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRow> {
  for await (const { line, bytes } of splitLines(chunks)) {
    const { text, reason } = decode(bytes)
    if (reason !== undefined) yield { line, reason }
    else if (text.trim() !== '') yield { line, ...parseJsonRow(text) }
  }
}

/** @param isWrapped whether more may follow the array */
async function* readArray(chunks: AsyncIterable<Buffer>, isWrapped = false): AsyncGenerator<RawRow> {
  for await (const element of splitArray(chunks, isWrapped)) {
    if ('reason' in element) {
      yield element
      continue
    }
    const { text, reason } = decode(element.bytes)
    const row = reason === undefined ? parseJsonRow(text) : { reason }
    if ('value' in row) yield { line: element.line, value: row.value }
    else yield { line: element.line, reason: `element ${element.index + 1}: ${row.reason}` }
  }
}

/** Objects that follow each other. The only object of a file may be a list of rows under a key. */
async function* readObjects(
  file: string,
  chunks: AsyncIterable<Buffer>,
  notes: string[],
): AsyncGenerator<RawRow> {
  let only: (RawRow & { value: Record<string, unknown> }) | null = null
  let count = 0
  for await (const element of splitObjects(chunks)) {
    const row = toRawRow(element)
    if (only !== null) yield only
    only = null
    if (count++ === 0 && 'value' in row) only = row
    else yield row
  }
  if (only === null) return
  const key = count === 1 ? findRowsKey(only.value) : null
  if (count === 1) refuseColumns(file, only.value)
  if (key !== null) notes.push(wrapperNote(key))
  const rows = key === null ? [only.value] : (only.value[key] as Record<string, unknown>[])
  for (const value of rows) yield { line: only.line, value }
}

function toRawRow(element: Element): RawRow {
  if ('reason' in element) return element
  const { text, reason } = decode(element.bytes)
  return reason === undefined ? { line: element.line, ...parseJsonRow(text) } : { line: element.line, reason }
}

/** Reads enough of a file to detect its container. */
async function peek(source: AsyncGenerator<Buffer>): Promise<Omit<Peeked, 'rest'>> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < peekBytes) {
    const next = await source.next()
    if (next.done) return { head, isWhole: true }
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return { head, isWhole: false }
}

/** Blanks what is before a list, so that the lines of its elements stay as they are in the file. */
async function* masked(chunks: AsyncIterable<Buffer>, start: string, at: number): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of chunks) {
    if (!isFirst) {
      yield chunk
      continue
    }
    isFirst = false
    const text = chunk.toString('utf8')
    const before = text.slice(0, text.length - text.trimStart().length) + start.slice(0, at)
    yield Buffer.from(before.replaceAll(/[^\n]/g, ' '))
    yield chunk.subarray(Buffer.byteLength(before))
  }
}

async function* rejoin(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}
