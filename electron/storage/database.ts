/**
 * Connections to a project's database: durable on every open, and with errors that say what happened.
 */
import Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'

export type Db = Database.Database

/** Other programs (a backup, a database browser) may hold the file this long before we give up. */
const BUSY_TIMEOUT_MS = 5000

/**
 * Opens or makes a database that survives a power cut after every commit.
 * @throws UserError when the file is no database, damaged, or may not be written
 */
export function openDatabase(file: string): Db {
  let db: Db | undefined
  try {
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('fullfsync = ON') // macOS: to the platter, not only to the drive's cache
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
 * Opens a database that is only looked at.
 * @throws UserError when the file is no database, or damaged
 */
export function openDatabaseToRead(file: string): Db {
  try {
    return new Database(file, { timeout: BUSY_TIMEOUT_MS, readonly: true, fileMustExist: true })
  } catch (error) {
    throw explain(error, file)
  }
}

/** Runs `work` as one transaction that holds the writer's place from its start; nested ones join it. */
export function transact<T>(db: Db, work: () => T): T {
  if (db.readonly)
    throw new UserError(
      'conflict',
      `${db.name} is open for reading only: a newer Stet made it. Update Stet to change anything.`,
    )
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    throw explain(error, db.name)
  }
}

/** Turns SQLite's complaints about the machine into sentences; anything else stays as it is. */
export function explain(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const known = KNOWN.find(([code]) => error.code.startsWith(code))
  return known ? new UserError(known[1], `${file} ${known[2]}`, { cause: error }) : error
}

const KNOWN: [code: string, kind: UserError['code'], message: string][] = [
  [
    'SQLITE_FULL',
    'out_of_space',
    'could not be written: the disk is full. Free some space and try again; everything saved before is kept.',
  ],
  [
    'SQLITE_BUSY',
    'conflict',
    'is being written by another program. Close it (a database browser, a copy in progress) and try again.',
  ],
  [
    'SQLITE_READONLY',
    'unavailable',
    'may not be written: change the permissions of the file and its folder.',
  ],
  ['SQLITE_CANTOPEN', 'unavailable', 'cannot be opened: check that its folder is there and may be written.'],
  [
    'SQLITE_NOTADB',
    'bad_input',
    'is no Stet database. Put back the newest copy from the folder backups beside it.',
  ],
  ['SQLITE_CORRUPT', 'bad_input', 'is damaged. Put back the newest copy from the folder backups beside it.'],
]
