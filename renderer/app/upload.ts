/** A chosen or dropped file as a path that the host can read: the file's own on the desktop, else an uploaded copy. */
import { host } from './connection.ts'
import { desktop } from './desktop.ts'

const partBytes = 8 * 2 ** 20

/** @param onProgress share of the bytes that have been sent */
export async function pathOf(file: File, onProgress: (share: number) => void): Promise<string> {
  const local = desktop?.pathOf(file)
  if (local) return local
  let into: string | null = null
  let offset = 0
  do {
    const content = file.slice(offset, offset + partBytes)
    into = (await host.data.upload({ name: file.name, content, offset, into })).file
    offset += content.size
    onProgress(file.size === 0 ? 1 : offset / file.size)
  } while (offset < file.size)
  return into
}
