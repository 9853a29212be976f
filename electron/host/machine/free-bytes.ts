/** Free space on a disk. */
import { statfs } from 'node:fs/promises'

/** @returns bytes that this user can still write, or null if the folder cannot be read */
export async function freeBytesAt(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
