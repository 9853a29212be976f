/**
 * Opens a project whose disk is full or cannot be written, to read and to export elsewhere. SQLite itself wants to write
 * beside a database that it reads.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'
import { type Db, openDatabaseToRead } from './database.ts'
import { readMigrations, schemaVersion } from './migrate.ts'
import { problemOfTexts } from './verify-texts.ts'

/** A larger database is not read into memory. */
const maxInMemoryBytes = 1024 ** 3

/** Whether an error means that nothing can be written at present. */
export function isUnwritable(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'out_of_space' || error.code === 'unavailable')
}

/** @returns null if it cannot be read without writing either, or if it is to be migrated first */
export function openUnwritable(file: string): Db | null {
  for (const open of [openDatabaseToRead, openInMemory]) {
    let db: Db | null = null
    try {
      db = open(file)
      if (db !== null && problemOfTexts(db) === null && schemaVersion(db) === readMigrations().length)
        return db
    } catch {
      // The next way may do.
    }
    db?.close()
  }
  return null
}

/** Source of the two bytes: the SQLite database file format, section 1.3 (offsets 18 and 19: 2 stands for a log). */
function openInMemory(file: string): Db | null {
  const log = `${file}-wal`
  // What is only in the log would be missing.
  if (existsSync(log) && statSync(log).size > 0) return null
  if (statSync(file).size > maxInMemoryBytes) return null
  const image = readFileSync(file)
  image.fill(1, 18, 20)
  return new Database(image, { readonly: true })
}

export function unwritableSentence(folder: string, { message }: UserError): string {
  return `${folder} is open to read and to export elsewhere only. ${message} Then open the project again.`
}
