/**
 * Writes files and folders as a whole or not at all: a reader never sees half of one, not even after a crash or on
 * a full disk.
 */
import assert from 'node:assert'
import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'

export type Chunk = string | Uint8Array

/** Short strings are gathered up to this many characters before they are written. */
const gatheredChars = 1 << 16

/**
 * Writes chunks to a temporary file beside `file`, flushes it to disk, renames it over `file` and
 * flushes the folder. An existing file stays as it was until the rename; after an error, no new file is left.
 * @param chunks bytes, or text that is stored as UTF-8 (no chunk may end inside a surrogate pair)
 * @throws UserError `out_of_space` when the disk is full, `not_found` when the folder does not exist
 */
export async function writeFileAtomic(
  file: string,
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await writeChunks(handle, chunks)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw explain(error, file)
  }
  await syncFolder(path.dirname(file))
}

/** Ends the name of a folder while it is being written. */
export const partialSuffix = '.partial'

/**
 * Makes a folder in one step: `fill` writes into a folder beside it, which then takes its name. What is
 * left of an attempt that crashed is removed.
 * @param fill flushes what it writes, as `writeFileAtomic` does
 */
export async function writeFolderAtomic(
  folder: string,
  fill: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${folder}${partialSuffix}`
  const discard = () => rmSync(partial, { recursive: true, force: true })
  discard()
  try {
    mkdirSync(partial, { recursive: true })
    await fill(partial)
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
  } catch (error) {
    discard()
    throw explain(error, folder)
  }
  await syncFolder(path.dirname(folder))
}

async function writeChunks(
  handle: FileHandle,
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
): Promise<void> {
  let gathered = ''
  for await (const chunk of chunks) {
    if (typeof chunk === 'string') {
      assert(chunk.isWellFormed(), 'a chunk of text holds half a surrogate pair')
      gathered += chunk
      if (gathered.length < gatheredChars) continue
    }
    if (gathered !== '') await handle.appendFile(gathered)
    gathered = ''
    if (typeof chunk !== 'string') await handle.appendFile(chunk)
  }
  if (gathered !== '') await handle.appendFile(gathered)
}

/** Makes renames and removals in a folder survive a power cut (Windows has its own journal). */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function explain(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    const message = `The disk is full: ${file} was not written. Free some space and try again; nothing else was changed.`
    return new UserError('out_of_space', message, { cause: error })
  }
  if (code === 'ENOENT') {
    const message = `${file} cannot be written: there is no folder ${path.dirname(file)}. Create it first.`
    return new UserError('not_found', message, { cause: error })
  }
  return error
}
