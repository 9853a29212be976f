/** Connections to a project's database: durable, and with errors that say what happened and what to do. */
import Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'
import { DamagedProject } from './health.ts'
import { refuseDisplaced } from './whereabouts.ts'

export type Db = Database.Database

/** How long to wait for another program (a backup, a database browser) that holds the file. */
const busyTimeoutMs = 5000

/**
 * Opens or creates a database whose commits survive a power cut.
 * @throws UserError if the file is not a database, is damaged or cannot be written
 */
export function openDatabase(file: string): Db {
  let db: Db | undefined
  try {
    db = new Database(file, { timeout: busyTimeoutMs })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('fullfsync = ON') // macOS: to the disk itself, not only to its cache
    db.pragma('checkpoint_fullfsync = ON')
    db.pragma('foreign_keys = ON')
    return db
  } catch (error) {
    db?.close()
    throw explain(error, file)
  }
}

export function sqliteVersion(): string {
  const db = new Database(':memory:')
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    db.close()
  }
}

/**
 * Opens a database read-only.
 * @throws UserError if the file is not a database or is damaged
 */
export function openDatabaseToRead(file: string): Db {
  try {
    return new Database(file, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true })
  } catch (error) {
    throw explain(error, file)
  }
}

/**
 * Runs `work` as one transaction, which takes the write lock at its start; nested ones join it.
 * @throws UserError if the database's file was moved or replaced: what it returns is stored at the file's path
 */
export function transact<T>(db: Db, work: () => T): T {
  if (db.readonly)
    throw new UserError(
      'conflict',
      `${db.memory ? 'The project' : db.name} is open read-only: a newer version of Stet made it, or it could not be written when it was opened. Update Stet, or make sure that the disk has room and can be written, and open the project again.`,
    )
  if (db.inTransaction) return db.transaction(work)()
  refuseDisplaced(db)
  try {
    const result = db.transaction(work).immediate()
    refuseDisplaced(db)
    return result
  } catch (error) {
    throw explain(error, db.name)
  }
}

/** Turns SQLite's errors about disk and file into sentences for the user; any other error is returned as it is. */
export function explain(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const damage = damages.find(([code]) => error.code.startsWith(code))
  if (damage) return new DamagedProject(file, damage[1], { cause: error })
  const match = sqliteErrors.find(([code]) => error.code.startsWith(code))
  return match ? new UserError(match[1], `${file} ${match[2]}`, { cause: error }) : error
}

const sqliteErrors: [code: string, kind: UserError['code'], message: string][] = [
  [
    'SQLITE_FULL',
    'out_of_space',
    'could not be written: the disk is full. Free some space and try again; all saved work is safe.',
  ],
  [
    'SQLITE_BUSY',
    'conflict',
    'is in use by another program (such as a database browser or a backup). Close it and try again.',
  ],
  [
    'SQLITE_IOERR',
    'unavailable',
    'could not be read or written: the disk reports an error, or the drive was removed. All saved work is safe; make sure that the disk can be used and try again.',
  ],
  ['SQLITE_READONLY', 'unavailable', 'cannot be written: change the permissions of the file and its folder.'],
  ['SQLITE_CANTOPEN', 'unavailable', 'cannot be opened: check that its folder exists and can be written.'],
]

const damages: [code: string, problem: string][] = [
  ['SQLITE_NOTADB', 'is not a database, or its first page is damaged'],
  ['SQLITE_CORRUPT', 'is damaged'],
]
