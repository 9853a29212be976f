/** Flushes a file, or a folder's list of files, to the disk. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** So that a renamed file keeps its new name after a power cut; Windows has no such call. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') syncFile(folder)
}
