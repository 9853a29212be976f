/**
 * Reads Parquet files row group by row group, as the rows that JSON would have: whole numbers and dates become numbers
 * and texts, NaN becomes null. A damaged file is refused in a sentence, never read in part without saying so.
 */
import { open } from 'node:fs/promises'
import zlib from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet'
import { UserError } from '../../contract/errors.ts'
import { findUnstorable } from '../../contract/json.ts'
import { shellWord } from '../../contract/shell-word.ts'
import { unpackHadoopLz4, unpackLz4 } from './lz4.ts'
import type { RawRow } from './text.ts'

/** A part of a file's rows. */
export interface ParquetBatch {
  rows: RawRow[]
  /** Bytes of the file up to here, about. */
  readBytes: number
  /** Columns found so far whose content is not text; they are left out of the rows. */
  binary: string[]
}

export interface ParquetRows {
  columns: string[]
  totalBytes: number
  batches: AsyncGenerator<ParquetBatch>
}

const rowsPerBatch = 256

/** A row group above this size, unpacked, is refused: it has to fit into memory as a whole. */
const maxGroupBytes = 2 ** 30

/** @throws UserError if the file is damaged or uses a codec that is not supported */
export async function openParquetRows(file: string): Promise<ParquetRows> {
  const source = await openSource(file)
  try {
    const metadata = await parquetMetadataAsync(source.buffer, { geoparquet: false })
    checkGroups(file, source.buffer, metadata)
    return {
      columns: columnsOf(metadata),
      totalBytes: source.buffer.byteLength,
      batches: readGroups(file, source, metadata),
    }
  } catch (error) {
    await source.close()
    throw parquetError(file, error)
  }
}

interface Source {
  buffer: AsyncBuffer
  close: () => Promise<void>
}

async function openSource(file: string): Promise<Source> {
  const handle = await open(file, 'r')
  const { size } = await handle.stat()
  return {
    close: () => handle.close(),
    buffer: {
      byteLength: size,
      async slice(start, end = size) {
        const length = Math.max(0, Math.min(end, size) - start)
        if (start < 0 || length < end - start) throw new Error('a part lies outside the file')
        const bytes = new Uint8Array(length)
        const { bytesRead } = await handle.read(bytes, 0, length, start)
        if (bytesRead < length) throw new Error('the file ends too early')
        return bytes.buffer
      },
    },
  }
}

function columnsOf({ schema }: FileMetaData): string[] {
  const columns: string[] = []
  let at = 1
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0
    for (let child = 0; child < children && at < schema.length; child++) skip()
  }
  while (at < schema.length) {
    columns.push(schema[at]!.name)
    skip()
  }
  return columns
}

/** Refuses counts that cannot be right before memory is allocated for them. */
function checkGroups(
  file: string,
  { byteLength }: AsyncBuffer,
  { row_groups, num_rows }: FileMetaData,
): void {
  let rows = 0n
  for (const [index, group] of row_groups.entries()) {
    rows += group.num_rows
    if (group.num_rows < 0n || group.num_rows > 2n ** 31n) throw new Error('a row count is impossible')
    for (const { meta_data: column } of group.columns) {
      if (!column) throw new Error(`row group ${index + 1} has no description`)
      const { total_compressed_size: packed, total_uncompressed_size: unpacked } = column
      if (packed < 0n || packed > BigInt(byteLength)) throw new Error('a part lies outside the file')
      if (unpacked > maxGroupBytes) throw tooLarge(file, index)
    }
  }
  if (rows !== num_rows) throw new Error(`its row groups have ${rows} rows, and it says ${num_rows}`)
}

function tooLarge(file: string, index: number): UserError {
  const command = `python -c "import sys, pyarrow.parquet as p; p.write_table(p.read_table(sys.argv[1]), sys.argv[2], row_group_size=10000)" ${shellWord(file)} smaller.parquet`
  const message = `${file}: row group ${index + 1} is larger than 1 GiB. Write it with smaller ones: ${command}`
  return new UserError('bad_input', message)
}

async function* readGroups(
  file: string,
  { buffer, close }: Source,
  metadata: FileMetaData,
): AsyncGenerator<ParquetBatch> {
  const binary = new Set<string>()
  const total = Number(metadata.num_rows)
  let rowStart = 0
  try {
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const rows = await parquetReadObjects({
        file: buffer,
        metadata,
        rowStart,
        rowEnd,
        compressors,
        utf8: false,
        geoparquet: false,
        parsers: { stringFromBytes: decodeText },
      })
      if (rows.length !== rowEnd - rowStart)
        throw new Error(`row group ${rowStart} to ${rowEnd} is incomplete`)
      for (let from = 0; from < rows.length; from += rowsPerBatch) {
        const part = rows.slice(from, from + rowsPerBatch)
        const converted = part.map((row, index) => toRow(rowStart + from + index + 1, row, binary))
        const readBytes = Math.round((buffer.byteLength * (rowStart + from + part.length)) / total)
        yield { rows: converted, readBytes, binary: [...binary] }
      }
      rowStart = rowEnd
    }
  } catch (error) {
    throw parquetError(file, error)
  } finally {
    await close()
  }
}

/** Stands for bytes that are not UTF-8 in a column of texts. */
const invalidText = Symbol('not UTF-8')

function decodeText(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return invalidText
  }
}

function toRow(line: number, row: Record<string, unknown>, binary: Set<string>): RawRow {
  const value: Record<string, unknown> = {}
  for (const [column, content] of Object.entries(row)) {
    const converted = toJson(content, 0)
    if (converted === invalidText) return { line, reason: `"${column}" is not valid UTF-8` }
    if (converted === undefined) binary.add(column)
    else
      Object.defineProperty(value, column, {
        value: converted,
        enumerable: true,
        writable: true,
        configurable: true,
      })
  }
  const unstorable = findUnstorable(value)
  return unstorable === null ? { line, value } : { line, reason: unstorable }
}

/** Values nested deeper are refused by `findUnstorable`. */
const maxDepth = 70

/** @returns undefined for bytes that are not text, also for anything that contains such bytes */
function toJson(value: unknown, depth: number): unknown {
  if (value === undefined || depth > maxDepth) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) {
    const text = decodeText(value)
    return text === invalidText ? undefined : text
  }
  if (ArrayBuffer.isView(value)) return toJson([...(value as Float32Array)], depth)
  if (Array.isArray(value)) return collect(value.map((part) => toJson(part, depth + 1)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, part]) => [key, toJson(part, depth + 1)] as const)
  const parts = collect(entries.map(([, part]) => part))
  return Array.isArray(parts) ? Object.fromEntries(entries) : parts
}

/** A part that cannot be read makes the whole unreadable. */
function collect(parts: unknown[]): unknown {
  if (parts.includes(invalidText)) return invalidText
  return parts.includes(undefined) ? undefined : parts
}

/** Snappy is the library's own. The declared size bounds what is unpacked. */
const compressors: Compressors = {
  GZIP: (input, outputLength) => zlib.gunzipSync(input, { maxOutputLength: bound(outputLength) }),
  BROTLI: (input, outputLength) => zlib.brotliDecompressSync(input, { maxOutputLength: bound(outputLength) }),
  LZ4: (input, outputLength) => unpackHadoopLz4(input, checked(outputLength)),
  LZ4_RAW: (input, outputLength) => unpackLz4(input, checked(outputLength)),
  ZSTD: (input, outputLength) => zlib.zstdDecompressSync(input, { maxOutputLength: bound(outputLength) }),
}

/** zlib takes no limit of 0. */
function bound(length: number): number {
  return Math.max(1, checked(length))
}

function checked(length: number): number {
  if (length < 0 || length > maxGroupBytes) throw new Error('a page has an impossible size')
  return length
}

function parquetError(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error
  const reason = error instanceof Error ? error.message : String(error)
  const codec = /unsupported compression codec: (\w+)/.exec(reason)?.[1]
  if (codec !== undefined) {
    const command = `python -c "import sys, pyarrow.parquet as p; p.write_table(p.read_table(sys.argv[1]), sys.argv[2], compression='zstd')" ${shellWord(file)} converted.parquet`
    const message = `${file} is a Parquet file packed with ${codec}, which Stet cannot unpack. Convert it: ${command}`
    return new UserError('bad_input', message, { cause: error })
  }
  const message = `${file} is a damaged or unusual Parquet file (${reason}): download it again, or convert it to JSONL.`
  return new UserError('bad_input', message, { cause: error })
}
