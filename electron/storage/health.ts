/** Whether a database file is whole: a damaged one is never opened as a project, new or old. */
import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'
import { shellWord } from '../contract/shell-word.ts'
import type { Db } from './database.ts'

/** `Stet` in the header of every project's database. */
const applicationId = 0x53746574

/** Whether Stet made the database. */
export function isOurs(db: Db): boolean {
  return db.pragma('application_id', { simple: true }) === applicationId
}

/** Larger databases are checked once a day, with the backup: a check reads about 400 MB per second. */
const checkedAtOpeningBytes = 64 * 1024 * 1024

/** Texts of larger databases are compared when they are read: all of them take ten times as long. */
const textsCheckedBytes = 8 * 1024 * 1024

/** A project whose database cannot be trusted; nothing was changed. */
export class DamagedProject extends UserError {
  /** What is wrong, to be put after the file's name. */
  readonly problem: string
  /** @param problem continues the name of the file, as in "is empty" */
  constructor(file: string, problem: string, options?: { cause?: unknown }) {
    const folder = path.dirname(file)
    const message = `${file} ${problem}. Nothing was changed. See what can be saved with: stet recover ${shellWord(folder)}`
    super('damaged', message, options)
    this.problem = problem
  }
}

/** Looks for a problem in an open database. */
type Check = (db: Db) => string | null

/**
 * Checks a project's database before it is opened for writing.
 * @param checkTexts is used for small ones
 * @throws DamagedProject
 */
export function refuseDamaged(file: string, checkTexts: Check): void {
  const { size } = statSync(file)
  const check = size > textsCheckedBytes ? problemOf : checkTexts
  const problem = size > checkedAtOpeningBytes ? null : findProblem(file, check)
  if (problem !== null) throw new DamagedProject(file, problem)
}

/**
 * Reads the whole file, and the log beside it.
 * @returns what is wrong, to be put after the file's name; null if every page and index is as it should be
 */
export function findProblem(file: string, check: Check = problemOf): string | null {
  if (!existsSync(file)) return 'is missing'
  const stat = statSync(file)
  if (!stat.isFile()) return 'is not a file'
  const log = `${file}-wal`
  if (stat.size === 0 && !(existsSync(log) && statSync(log).size > 0)) return 'is empty'
  const created = [log, `${file}-shm`].filter((each) => !existsSync(each))
  let db: Db | undefined
  try {
    db = new Database(file, { readonly: true, fileMustExist: true })
    return check(db)
  } catch (error) {
    return sentenceOf(error)
  } finally {
    db?.close()
    // A reader that may not write leaves its log behind.
    for (const each of created) rmSync(each, { force: true })
  }
}

/** The same of an open database. */
export function problemOf(db: Db): string | null {
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (tables === 0) return 'is empty'
  const found = db.pragma('integrity_check(1)', { simple: true }) as string
  if (found !== 'ok') return `is damaged (${withoutName(found)})`
  const broken = db.pragma('foreign_key_check') as { table: string }[]
  return broken[0] ? `is damaged (a row of ${broken[0].table} refers to a missing one)` : problemOfSchema(db)
}

/** Creates all tables again, in memory: a connection that only reads skips their constraints. */
function problemOfSchema(db: Db): string | null {
  const select = db.prepare(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'item_search_*' ORDER BY rowid",
  )
  const empty = new Database(':memory:')
  try {
    for (const sql of select.pluck().all() as string[]) empty.exec(sql)
    return null
  } catch (error) {
    return `is damaged (its schema: ${(error as Error).message})`
  } finally {
    empty.close()
  }
}

/** SQLite's finding on one line, without its name for the file. */
function withoutName(finding: string): string {
  return finding
    .replace(/\*\*\* in database \w+ \*\*\*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Everything but damage is a reason to stop, too, but not to recover. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Database.SqliteError)) throw error
  if (error.code.startsWith('SQLITE_NOTADB')) return 'is not a database, or its first page is damaged'
  if (error.code.startsWith('SQLITE_CORRUPT')) return `is damaged (${error.message})`
  throw error
}
