/**
 * A project's files are this user's: others on the machine cannot read them or hold its lock, and none of them is a link
 * that leads to a file elsewhere.
 */
import { chmodSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'

/** Folders may be links, to a larger disk for instance. */
const files = ['lab.db', 'lab.db-wal', 'lab.db-shm', 'lab.db-journal', 'lock', 'lock.json', 'stet.log']

/** @throws UserError `bad_input` if one of the project's files is a link: what is written would land elsewhere */
export function refuseLinks(folder: string): void {
  const link = files.find((name) => isLink(path.join(folder, name)))
  if (link === undefined) return
  const message = `${link} in ${folder} is a link to a file elsewhere, so the project is not opened. If you trust it, put the file itself there, or open the folder that has it.`
  throw new UserError('bad_input', message)
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

const group = 0o070
const others = 0o007
const canWrite = 0o022

/**
 * Takes a file or folder away from those who may not write to it: a project that a group shares stays shared. With the
 * lock, reading is enough to keep its owner out.
 */
export function makePrivate(fileOrFolder: string): void {
  if (process.platform === 'win32') return
  try {
    const mode = statSync(fileOrFolder).mode & 0o7777
    const taken = [group, others].filter((who) => (mode & who & canWrite) === 0)
    const rest = taken.reduce((left, who) => left & ~who, mode)
    if (rest !== mode) chmodSync(fileOrFolder, rest)
  } catch {
    // Another user's file, or a file system without modes: it stays as it is.
  }
}
