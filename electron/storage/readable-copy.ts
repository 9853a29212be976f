/**
 * A copy of a damaged database that SQLite agrees to open: it refuses a file that is shorter than its header says, and
 * one whose first page is unreadable, though most rows may be whole.
 * Source of the header's fields: the SQLite database file format, section 1.3 (offsets 16, 24, 28 and 92).
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'

const magic = Buffer.from('SQLite format 3\0')

/**
 * @param copy where to write it
 * @param whole another state of the same project, whose first page stands in for an unreadable one; null if there is none
 */
export function writeReadableCopy(damaged: string, copy: string, whole: string | null): void {
  for (const suffix of ['-wal', ''])
    if (existsSync(damaged + suffix)) copyFileSync(damaged + suffix, copy + suffix)
  if (whole !== null && !hasHeader(copy)) replaceFirstPage(copy, whole)
  fitLength(copy)
}

export function removeReadableCopy(copy: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
}

function hasHeader(file: string): boolean {
  const header = readStart(file, 100)
  return header.subarray(0, magic.length).equals(magic) && pageSize(header) >= 512
}

function pageSize(header: Buffer): number {
  const stored = header.readUInt16BE(16)
  return stored === 1 ? 65_536 : stored
}

function replaceFirstPage(file: string, whole: string): void {
  const page = readStart(whole, pageSize(readStart(whole, 100)))
  write(file, page, 0)
}

/** Gives the header the number of pages that there are, rounded up, and the file that length. */
function fitLength(file: string): void {
  if (!hasHeader(file)) return
  const header = readStart(file, 100)
  const size = pageSize(header)
  const pages = Math.max(Math.ceil(statSync(file).size / size), header.readUInt32BE(28))
  const descriptor = openSync(file, 'r+')
  ftruncateSync(descriptor, pages * size)
  closeSync(descriptor)
  const field = Buffer.alloc(4)
  field.writeUInt32BE(pages)
  write(file, field, 28)
  // The number of pages counts only if the two change counters agree.
  write(file, header.subarray(24, 28), 92)
}

function readStart(file: string, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, buffer, 0, length, 0)
  closeSync(descriptor)
  return buffer
}

function write(file: string, bytes: Uint8Array, at: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, bytes, 0, bytes.length, at)
  closeSync(descriptor)
}
