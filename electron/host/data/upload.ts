/** Files that a browser uploads in parts. Each has a new folder, so that names never collide. */
import { mkdir, mkdtemp, open } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { data } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'

type Upload = typeof data.upload

/**
 * Writes one part of a file at its offset.
 * @throws UserError `bad_input` if `into` is not the path of an upload
 */
export async function saveUpload({
  name,
  content,
  offset,
  into,
}: InputOf<Upload>): Promise<ResultOf<Upload>> {
  const uploads = path.join(os.tmpdir(), 'stet-uploads')
  await mkdir(uploads, { recursive: true, mode: 0o700 })
  const folder = into === null ? await mkdtemp(path.join(uploads, 'file-')) : path.dirname(path.resolve(into))
  if (path.dirname(folder) !== uploads)
    throw new UserError('bad_input', `${into} is not an upload. Upload the file from its start.`)
  const file = path.join(folder, path.basename(name.replaceAll('\\', '/')) || 'file')
  const handle = await open(file, offset === 0 ? 'w' : 'r+')
  try {
    await handle.write(new Uint8Array(await content.arrayBuffer()), 0, undefined, offset)
  } finally {
    await handle.close()
  }
  return { file }
}

const uploadFolder = /\S*stet-uploads[\\/]file-[^\\/\s]+[\\/]/g

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
  return sentence.replaceAll(uploadFolder, '')
}
