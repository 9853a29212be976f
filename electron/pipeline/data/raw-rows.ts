/**
 * Streams the rows of a JSONL, JSON array or CSV file as plain objects, whatever they mean. The container is
 * detected from its content; a byte order mark, CRLF and blank lines are tolerated.
 */
import { UserError } from '../../contract/errors.ts'
import { type OnProgress, readBytes } from './bytes.ts'
import { type Columns, readCsv } from './csv.ts'
import { splitArray, splitLines } from './split.ts'
import { decode, parseJsonRow, type RawRow } from './text.ts'

export interface ReadOptions {
  /** CSV only: which column contains which field. */
  columns?: Columns
  onProgress?: OnProgress
}

/** The container is detected from this much of a file. */
const peekBytes = 1 << 16

/** @throws UserError if the file as a whole cannot be read (see `readBytes`) or is empty */
export async function* readRawRows(file: string, options: ReadOptions = {}): AsyncGenerator<RawRow> {
  const source = readBytes(file, options.onProgress)
  try {
    const head = await peek(source)
    const start = startOf(file, head)
    const chunks = rejoin(head, source)
    if (start.startsWith('[')) yield* readArray(chunks)
    else if (start.startsWith('{') || start.split('\n').some(isJsonRow)) yield* readLines(chunks)
    else yield* readCsv(file, splitLines(chunks), options.columns ?? {})
  } finally {
    await source.return(undefined)
  }
}

function isJsonRow(line: string): boolean {
  return line.startsWith('{') && 'value' in parseJsonRow(line)
}

async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRow> {
  for await (const { line, bytes } of splitLines(chunks)) {
    const { text, reason } = decode(bytes)
    if (reason !== undefined) yield { line, reason }
    else if (text.trim() !== '') yield { line, ...parseJsonRow(text) }
  }
}

async function* readArray(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRow> {
  for await (const element of splitArray(chunks)) {
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

/** Reads enough of a file to detect its container, without a byte order mark. */
async function peek(source: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < peekBytes) {
    const next = await source.next()
    if (next.done) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
  return hasMark ? head.subarray(3) : head
}

async function* rejoin(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

/** The first text of a file, without leading white space. */
function startOf(file: string, head: Buffer): string {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new UserError('bad_input', `${file} is in UTF-16: save it as UTF-8.`)
  }
  const start = head.toString('utf8', 0, peekBytes).trimStart()
  if (start === '') throw new UserError('bad_input', `${file} is empty: there is nothing to import.`)
  return start
}
