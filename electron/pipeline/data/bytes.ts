/** Opens a data file as a stream of bytes and unpacks gzip, which is recognised by its first bytes, not by its name. */
import { constants, createReadStream, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../contract/errors.ts'
import { shellWord } from '../../contract/shell-word.ts'

const gzipMagic = '1f8b'

/** Enough of a file to know its kind. */
const magicBytes = 6

/** A kind of file without rows that Stet can read. `convert` gives the command that makes one it can read. */
interface ForeignFormat {
  /** How the file begins, in hex. */
  magic: string
  /** How its name ends, if several kinds begin alike. */
  extension?: RegExp
  name: string
  convert: (file: string) => string
}

const withPython = (code: string, to: string) => (file: string) =>
  `python -c "import sys, ${code}" ${shellWord(file)} ${to}`
const withPandas = (reader: string) =>
  withPython(
    `pandas; pandas.${reader}(sys.argv[1]).to_json(sys.argv[2], orient='records', lines=True)`,
    'rows.jsonl',
  )
const unpacked = (command: string) => (file: string) => `${command} ${shellWord(file)}`

/** Files that users try to import; the first that fits counts. */
const foreignFormats: ForeignFormat[] = [
  {
    magic: '504b0304',
    extension: /\.xls[xmb]$/i,
    name: 'an Excel workbook',
    convert: withPandas('read_excel'),
  },
  {
    magic: '504b0304',
    extension: /\.ods$/i,
    name: 'an OpenDocument spreadsheet',
    convert: withPandas('read_excel'),
  },
  { magic: '504b', name: 'a ZIP archive', convert: unpacked('unzip') },
  { magic: 'd0cf11e0', name: 'an old Excel or Office file', convert: withPandas('read_excel') },
  { magic: '4152524f5731', name: 'an Arrow file', convert: withPandas('read_feather') },
  {
    magic: 'ffffffff',
    name: 'an Arrow stream, as datasets.save_to_disk writes it',
    convert: withPython(
      'datasets; datasets.Dataset.from_file(sys.argv[1]).to_parquet(sys.argv[2])',
      'rows.parquet',
    ),
  },
  { magic: '46454131', name: 'a Feather file', convert: withPandas('read_feather') },
  { magic: '4f5243', name: 'an ORC file', convert: withPandas('read_orc') },
  { magic: '28b52ffd', name: 'a Zstandard archive', convert: unpacked('zstd -d') },
  { magic: '425a68', name: 'a bzip2 archive', convert: unpacked('bunzip2 -k') },
  { magic: 'fd377a58', name: 'an XZ archive', convert: unpacked('unxz -k') },
  { magic: '377abcaf', name: 'a 7-Zip archive', convert: unpacked('7z x') },
  {
    magic: '53514c69',
    name: 'an SQLite database',
    convert: (file) => `sqlite3 -json ${shellWord(file)} "SELECT * FROM NAME_OF_TABLE" > rows.json`,
  },
  { magic: '8002', name: 'a Python pickle', convert: withPandas('read_pickle') },
  { magic: '8003', name: 'a Python pickle', convert: withPandas('read_pickle') },
  { magic: '8004', name: 'a Python pickle', convert: withPandas('read_pickle') },
  { magic: '8005', name: 'a Python pickle', convert: withPandas('read_pickle') },
  { magic: '894844460d0a', name: 'an HDF5 file', convert: withPandas('read_hdf') },
]

/** Files that have no rows at all. */
const rowless: [magic: string, name: string][] = [
  ['47475546', 'a GGUF model'],
  ['25504446', 'a PDF'],
]

/** Called while a file is read: bytes of the file on disk. */
export type OnProgress = (readBytes: number, totalBytes: number) => void

export interface ReadBytesOptions {
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** Texts pack to a tenth or so; only a file that is made to fill a disk or a memory packs to less than this. */
const maxInflation = 400
/** Small files may unpack to more than that. */
const freeBytes = 64 * 2 ** 20

/**
 * @returns the file's content in chunks, unpacked
 * @throws UserError if the file is missing, unreadable, empty, truncated, no file, or of a format without rows;
 *   AbortError
 */
export async function* readBytes(
  file: string,
  { onProgress, signal }: ReadBytesOptions = {},
): AsyncGenerator<Buffer> {
  const { magic, totalBytes } = await inspect(file)
  let isFirst = true
  let bytes = 0
  const raw = createReadStream(file, { highWaterMark: 1 << 18 })
  try {
    const source = magic.startsWith(gzipMagic) ? pipeline(raw, createGunzip(), () => {}) : raw
    for await (const chunk of source) {
      if (isFirst) refusePacked(file, chunk)
      isFirst = false
      signal?.throwIfAborted()
      bytes += chunk.length
      if (bytes > freeBytes && bytes > maxInflation * raw.bytesRead) throw inflated(file)
      yield chunk
      onProgress?.(raw.bytesRead, totalBytes)
    }
  } catch (error) {
    throw fileError(error, file)
  } finally {
    raw.destroy()
  }
}

/**
 * @returns the first bytes of a file, in hex
 * @throws UserError if the file is missing, unreadable, empty, or of a kind without rows
 */
export async function readMagic(file: string): Promise<string> {
  return (await inspect(file)).magic.slice(0, 8)
}

async function inspect(file: string): Promise<{ magic: string; totalBytes: number }> {
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)) // a pipe has no end to wait for
    try {
      refuseSpecial(file, await handle.stat())
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(magicBytes), 0, magicBytes, 0)
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

/** Pipes and devices have no end, or none that comes. */
function refuseSpecial(file: string, stat: Stats): void {
  if (stat.isFile() || stat.isDirectory()) return
  const what = stat.isFIFO() ? 'a pipe' : stat.isSocket() ? 'a socket' : 'a device'
  throw new UserError(
    'bad_input',
    `${file} is ${what}, not a file. Save what comes from it in a file, and import that.`,
  )
}

function inflated(file: string): UserError {
  const message = `${file} unpacks to more than ${maxInflation} times its size, as no file of texts does, so it was not read further. If you trust it, unpack it yourself: gunzip -k ${shellWord(file)}`
  return new UserError('bad_input', message)
}

function refuseForeign(file: string, magic: string): void {
  const other = rowless.find(([start]) => magic.startsWith(start))?.[1]
  if (other !== undefined) throw new UserError('bad_input', `${file} is ${other}: it has no rows to import.`)
  const foreign = foreignFormats.find(
    ({ magic: start, extension }) => magic.startsWith(start) && (extension?.test(file) ?? true),
  )
  if (!foreign) return
  const message = `${file} is ${foreign.name}, which Stet cannot read. Convert it to JSONL, CSV or Parquet: ${foreign.convert(file)}`
  throw new UserError('bad_input', message)
}

/** Refuses what a gzip file contains; `chunk` is the first of the unpacked file. */
function refusePacked(file: string, chunk: Buffer): void {
  const magic = chunk.toString('hex', 0, magicBytes)
  refuseForeign(file.replace(/\.gz$/i, ''), magic)
  const isTar = chunk.toString('latin1', 257, 262) === 'ustar'
  if (isTar) {
    const command = `tar -xf ${shellWord(file)}`
    throw new UserError('bad_input', `${file} is a tar archive. Unpack it and import its files: ${command}`)
  }
  if (magic.startsWith('50415231')) {
    const command = `gunzip -k ${shellWord(file)}`
    throw new UserError(
      'bad_input',
      `${file} is a Parquet file packed with gzip. Unpack it first: ${command}`,
    )
  }
}

function fileError(error: unknown, file: string): unknown {
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return error
  if (code === 'ENOENT') return new UserError('not_found', `There is no file ${file}.`, { cause: error })
  if (code === 'ENXIO') return new UserError('bad_input', `${file} is a socket, not a file.`)
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
