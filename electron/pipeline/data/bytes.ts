/** Opens a data file as a stream of bytes and unpacks gzip, which is recognised by its first bytes, not by its name. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../contract/errors.ts'

const gzipMagic = '1f8b'

/** Files that users try to import; they are refused by name instead of as a long list of bad rows. */
const foreignFormats: [magic: string, name: string][] = [
  ['50415231', 'a Parquet file'],
  ['504b0304', 'a ZIP archive'],
  ['28b52ffd', 'a Zstandard archive'],
  ['425a68', 'a bzip2 archive'],
  ['fd377a58', 'an XZ archive'],
  ['53514c69', 'an SQLite database'],
  ['47475546', 'a GGUF model'],
]

/** Called while a file is read: bytes of the file on disk. */
export type OnProgress = (readBytes: number, totalBytes: number) => void

/**
 * @returns the file's content in chunks, unpacked
 * @throws UserError if the file is missing, unreadable, empty, truncated, or of a format without rows
 */
export async function* readBytes(file: string, onProgress?: OnProgress): AsyncGenerator<Buffer> {
  const { magic, totalBytes } = await inspect(file)
  const raw = createReadStream(file, { highWaterMark: 1 << 18 })
  try {
    const source = magic.startsWith(gzipMagic) ? pipeline(raw, createGunzip(), () => {}) : raw
    for await (const chunk of source) {
      yield chunk
      onProgress?.(raw.bytesRead, totalBytes)
    }
  } catch (error) {
    throw fileError(error, file)
  } finally {
    raw.destroy()
  }
}

async function inspect(file: string): Promise<{ magic: string; totalBytes: number }> {
  try {
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
      const magic = buffer.toString('hex', 0, bytesRead)
      if (bytesRead === 0) throw new UserError('bad_input', `${file} is empty: there is nothing to import.`)
      refuseForeign(file, magic)
      return { magic, totalBytes: (await handle.stat()).size }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw fileError(error, file)
  }
}

function refuseForeign(file: string, magic: string): void {
  const name = foreignFormats.find(([start]) => magic.startsWith(start))?.[1]
  if (!name) return
  const message = `${file} is ${name}: convert its rows to JSONL, a JSON array or CSV, plain or packed with gzip.`
  throw new UserError('bad_input', message)
}

function fileError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return new UserError('not_found', `There is no file ${file}.`, { cause: error })
  if (code === 'EISDIR') return new UserError('bad_input', `${file} is a folder: name the files in it.`)
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError('bad_input', `${file} can't be read: change its permissions.`, { cause: error })
  }
  if (code?.startsWith('Z_')) {
    const message = `${file} is a damaged or truncated gzip file (${(error as Error).message}): download it again.`
    return new UserError('bad_input', message, { cause: error })
  }
  return error
}
