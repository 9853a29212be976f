/**
 * Recovers a project whose database is damaged: the newest whole copy, and on top of it every row of the damaged file
 * that can still be read. The damaged file is kept; nothing is deleted.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'
import { shellWord } from '../contract/shell-word.ts'
import { backupFolder, datedName, listBackups, timeOf } from './backup.ts'
import { openDatabase, openDatabaseToRead } from './database.ts'
import { findProblem } from './health.ts'
import { acquireLock } from './lock.ts'
import { migrate, readMigrations } from './migrate.ts'
import { removeReadableCopy, writeReadableCopy } from './readable-copy.ts'
import { type RecoveredTable, salvage } from './salvage.ts'
import { syncFile, syncFolder } from './sync.ts'
import { problemOfTexts } from './verify-texts.ts'

/** A backup, newest first in lists. */
export interface Copy {
  name: string
  /** ISO 8601, in UTC. */
  madeAt: string
  /** What is wrong with it, to be put after its name; null if it is whole. */
  problem: string | null
  items: number
  annotations: number
}

export interface Recovery {
  /** Name of the copy that the project was rebuilt from; null if there was none. */
  copy: string | null
  /** Where the damaged database is kept; null if it was missing. */
  damaged: string | null
  /** What was wrong with the database. */
  problem: string
  tables: RecoveredTable[]
}

/** What a project could be recovered from. */
export function listCopies(folder: string): Copy[] {
  return listBackups(backupFolder(folder))
    .reverse()
    .map((name) => {
      const file = path.join(backupFolder(folder), name)
      const problem = findProblem(file, problemOfTexts)
      const counts = problem === null ? countIn(file) : { items: 0, annotations: 0 }
      return { name, madeAt: new Date(timeOf(name)).toISOString(), problem, ...counts }
    })
}

function countIn(file: string): Pick<Copy, 'items' | 'annotations'> {
  const db = openDatabaseToRead(file)
  try {
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
    return { items: count('items'), annotations: count('annotations') }
  } finally {
    db.close()
  }
}

/** What is wrong with a project's database, whatever its size; null if nothing is. */
export function problemOfProject(folder: string): string | null {
  return findProblem(path.join(folder, 'lab.db'), problemOfTexts)
}

/**
 * @param name the copy to build on; null stands for the newest whole one
 * @throws UserError `conflict` if the database is whole or in use, `not_found` if there is nothing to recover from
 */
export async function recoverProject(folder: string, name: string | null): Promise<Recovery> {
  const lock = await acquireLock(folder)
  try {
    const problem = problemOfProject(folder)
    if (problem === null && name === null)
      throw new UserError(
        'conflict',
        `${path.join(folder, 'lab.db')} is not damaged: there is nothing to recover. To return to a copy, name it with --copy.`,
      )
    const copy = chooseCopy(folder, name)
    const damaged = setAside(folder)
    const rebuilt = path.join(folder, 'lab.db.recovered')
    const tables = rebuild(rebuilt, { copy, damaged: problem === null ? null : damaged, folder })
    replace(folder, rebuilt)
    return { copy, damaged, problem: problem ?? 'is whole', tables }
  } finally {
    lock.release()
  }
}

function chooseCopy(folder: string, name: string | null): string | null {
  const copies = listCopies(folder)
  if (name === null) return copies.find(({ problem }) => problem === null)?.name ?? null
  const asked = copies.find((copy) => copy.name === name)
  if (asked?.problem === null) return name
  const why = asked ? `${name} ${asked.problem}` : `There is no copy ${name} in ${backupFolder(folder)}`
  const whole = copies.filter(({ problem }) => problem === null).map((copy) => copy.name)
  const advice = whole.length > 0 ? `Whole ones: ${whole.join(', ')}` : 'None of the copies is whole'
  throw new UserError('not_found', `${why}. ${advice}.`)
}

/** Copies the database and its log to `damaged/`. @returns the copy's path; null if there is no database */
function setAside(folder: string): string | null {
  const file = path.join(folder, 'lab.db')
  if (!existsSync(file)) return null
  const kept = path.join(folder, 'damaged')
  mkdirSync(kept, { recursive: true })
  const target = path.join(kept, datedName(new Date()))
  for (const suffix of ['-wal', ''])
    if (existsSync(file + suffix)) {
      copyFileSync(file + suffix, target + suffix)
      syncFile(target + suffix)
    }
  syncFolder(kept)
  return target
}

interface Sources {
  folder: string
  copy: string | null
  damaged: string | null
}

function rebuild(file: string, { folder, copy, damaged }: Sources): RecoveredTable[] {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  if (copy !== null) copyFileSync(path.join(backupFolder(folder), copy), file)
  const readable = `${file}.damaged`
  const db = openDatabase(file)
  try {
    migrate(db, readMigrations())
    if (damaged !== null)
      writeReadableCopy(damaged, readable, copy === null ? null : path.join(backupFolder(folder), copy))
    const tables = salvage(db, damaged === null ? null : readable)
    if (tables.every(({ inCopy, salvaged }) => inCopy + salvaged === 0))
      throw new UserError(
        'not_found',
        `Nothing of ${path.join(folder, 'lab.db')} can be read, and there is no whole copy in ${backupFolder(folder)}. The folder was left as it is; start a new project with: stet init ${shellWord(`${folder}-new`)}`,
      )
    return tables
  } catch (error) {
    db.close()
    rmSync(file, { force: true })
    throw error
  } finally {
    db.close()
    removeReadableCopy(readable)
  }
}

/** The log of the damaged database goes first: applied to the new one it would damage that. */
function replace(folder: string, rebuilt: string): void {
  const file = path.join(folder, 'lab.db')
  syncFile(rebuilt)
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
  renameSync(rebuilt, file)
  syncFolder(folder)
}
