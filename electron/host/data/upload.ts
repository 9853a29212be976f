/**
 * Files that a browser uploads in parts, in a folder that only this user can open. Each has a new folder, so that names
 * never collide; neither a name nor an offset can reach anything else.
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { data } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { settingsFolder } from '../settings-folder.ts'

type Upload = typeof data.upload

/** An import follows soon; a copy that old is of no use any more. */
const maxAgeMs = 2 * 24 * 3600 * 1000

function uploadsFolder(): string {
  return path.join(settingsFolder(), 'stet-uploads')
}

/**
 * Writes one part of a file at its offset.
 * @throws UserError `bad_input` if `into` is not the path of an upload, or the part would leave a gap
 */
export async function saveUpload({
  name,
  content,
  offset,
  into,
}: InputOf<Upload>): Promise<ResultOf<Upload>> {
  const folder = into === null ? await newUpload() : path.dirname(path.resolve(into))
  if (path.dirname(folder) !== path.resolve(uploadsFolder()))
    throw new UserError('bad_input', `${into} is not an upload. Upload the file from its start.`)
  const file = path.join(folder, safeName(name))
  const handle = await openPart(file, into === null)
  try {
    await requireNoGap(handle, name, offset)
    await handle.write(new Uint8Array(await content.arrayBuffer()), 0, undefined, offset)
  } finally {
    await handle.close()
  }
  return { file }
}

async function newUpload(): Promise<string> {
  const uploads = uploadsFolder()
  await mkdir(uploads, { recursive: true, mode: 0o700 })
  await removeOld(uploads)
  return path.resolve(await mkdtemp(path.join(uploads, 'file-')))
}

async function removeOld(uploads: string): Promise<void> {
  for (const entry of await readdir(uploads)) {
    const folder = path.join(uploads, entry)
    const stat = await lstat(folder).catch(() => null)
    if (stat !== null && Date.now() - stat.mtimeMs > maxAgeMs)
      await rm(folder, { recursive: true, force: true })
  }
}

/** The first part makes the file; a link that stands in its place is not followed. */
async function openPart(file: string, isFirst: boolean): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
  try {
    return await open(file, isFirst ? O_RDWR | O_CREAT | O_EXCL : O_RDWR | O_NOFOLLOW, 0o600)
  } catch (error) {
    const message = `The upload ${path.basename(file)} is not there any more. Upload the file from its start.`
    throw new UserError('bad_input', message, { cause: error })
  }
}

async function requireNoGap(handle: FileHandle, name: string, offset: number): Promise<void> {
  const { size } = await handle.stat()
  if (offset <= size) return
  const message = `This part of ${name} begins at byte ${offset}, but only ${size} bytes have arrived. Upload the file from its start.`
  throw new UserError('bad_input', message)
}

const maxNameBytes = 200

/** The last part of a name, as one that every system can store. */
function safeName(name: string): string {
  const last = path.posix.basename(name.replaceAll('\\', '/'))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no system shows them, and some refuse them
  const refused = process.platform === 'win32' ? /[\x00-\x1f<>:"|?*]/g : /[\x00-\x1f]/g
  let safe = last.slice(-maxNameBytes).replace(refused, '_').toWellFormed()
  while (Buffer.byteLength(safe) > maxNameBytes) safe = safe.slice(1).toWellFormed() // keeps the extension
  return safe === '' || safe === '.' || safe === '..' ? 'file' : safe
}

/** Errors name an uploaded file as the user does, not by the folder of its copy. */
export async function withNamesOfUploads<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, named(error.message), { cause: error })
    throw error
  }
}

/** A sentence with the names of uploaded files instead of the paths of their copies. */
export function named(sentence: string): string {
  const [before, ...rest] = sentence.split(path.join(path.resolve(uploadsFolder()), 'file-'))
  return [before, ...rest.map((part) => part.replace(/^[^\\/\s]+[\\/]/, ''))].join('')
}
