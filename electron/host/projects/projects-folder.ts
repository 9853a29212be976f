/** Where new projects go. */
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freeName } from '../free-name.ts'

/** `$STET_PROJECTS`, or `Stet` in the home folder. */
export function projectsFolder(): string {
  return process.env.STET_PROJECTS ?? path.join(os.homedir(), 'Stet')
}

/** @returns `NAME.stet` in the folder, with a number if that exists: a project is never overwritten */
export function freeProjectFolder(folder: string, name: string): string {
  const folderOf = (candidate: string) => path.join(folder, `${candidate}.stet`)
  return folderOf(freeName(name, (candidate) => existsSync(folderOf(candidate))))
}
