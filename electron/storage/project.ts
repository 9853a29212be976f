/**
 * A project is a folder: `lab.db`, `checkpoints/`, `exports/`, `backups/` and a lock. One process opens it at a
 * time and is its only writer.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'
import { isBackupDue, makeBackup } from './backup.ts'
import { type Db, openDatabase, openDatabaseToRead, transact } from './database.ts'
import { acquireLock, type Lock } from './lock.ts'
import { type Migration, migrate, readMigrations, schemaVersion } from './migrate.ts'
import { pauseInterruptedRuns } from './runs.ts'

export interface Project {
  folder: string
  name: string
  db: Db
  /** Why the daily copy could not be made, in a sentence; null when it was, or is not due. */
  backupProblem: string | null
  /** Why nothing can be changed, in a sentence; null where it can. */
  readOnly: string | null
  close(): void
}

const APPLICATION_ID = 0x53746574

/**
 * Makes a project folder and opens it.
 * @throws UserError `conflict` when the folder has something in it
 */
export async function createProject(folder: string, name: string): Promise<Project> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UserError(
      'conflict',
      `${folder} is there already and not empty. Choose another name, or open it.`,
    )
  }
  mkdirSync(folder, { recursive: true })
  return open(folder, name)
}

/**
 * Opens a project, brings it to the present schema and makes the daily copy of its database. Runs that were
 * going on when their process died are paused. One that a newer Stet made is opened to be read, and left as it is.
 * @throws UserError when there is no project, or another process has it open
 */
export async function openProject(folder: string): Promise<Project> {
  if (!existsSync(path.join(folder, 'lab.db'))) {
    throw new UserError(
      'not_found',
      `${folder} is no Stet project: it has no lab.db. Make one with stet init.`,
    )
  }
  return open(folder, path.basename(folder, '.stet'))
}

async function open(folder: string, newName: string): Promise<Project> {
  const lock = await acquireLock(folder)
  let db: Db | undefined
  try {
    const file = path.join(folder, 'lab.db')
    const newer = existsSync(file) ? openIfNewer(file, folder, lock) : null
    if (newer) return newer
    db = openDatabase(file)
    const isNew = schemaVersion(db) === 0
    await prepareDatabase(db, folder, readMigrations())
    const name = nameProject(db, newName)
    pauseInterruptedRuns(db)
    for (const part of ['checkpoints', 'exports']) mkdirSync(path.join(folder, part), { recursive: true })
    const backupProblem = isNew ? null : await backUpIfDue(db, folder)
    return { folder, name, db, backupProblem, readOnly: null, close: () => close(db!, lock) }
  } catch (error) {
    db?.close()
    lock.release()
    throw error
  }
}

/** @returns null where this Stet knows the schema; what may be missing from a newer one is not looked at */
function openIfNewer(file: string, folder: string, lock: Lock): Project | null {
  const db = openDatabaseToRead(file)
  const [version, known] = [schemaVersion(db), readMigrations().length]
  if (version <= known || !isOurs(db)) {
    db.close()
    return null
  }
  return {
    folder,
    db,
    name: readName(db),
    backupProblem: null,
    readOnly: `A newer Stet made this project (schema ${version}; this one knows ${known}): it can be looked at, and nothing in it changed. Update Stet to work on it.`,
    close: () => close(db, lock),
  }
}

function isOurs(db: Db): boolean {
  return db.pragma('application_id', { simple: true }) === APPLICATION_ID
}

function close(db: Db, lock: Lock): void {
  db.close()
  lock.release()
}

/** Brings a database to the present schema, with a copy of what it was before, unless it is not ours. */
export async function prepareDatabase(db: Db, folder: string, migrations: Migration[]): Promise<void> {
  const version = schemaVersion(db)
  if (!isOurs(db) && (version > 0 || !isEmpty(db))) {
    throw new UserError('bad_input', `${db.name} belongs to another program. Choose another folder.`)
  }
  if (version > 0 && version < migrations.length) await makeBackup(db, backupFolder(folder))
  migrate(db, migrations)
}

function isEmpty(db: Db): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
}

/** Names a new project; one that has a name keeps it. */
function nameProject(db: Db, name: string): string {
  const insert = db.prepare(
    'INSERT INTO project (id, name, created_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING',
  )
  transact(db, () => insert.run(name, new Date().toISOString()))
  return readName(db)
}

function readName(db: Db): string {
  return db.prepare('SELECT name FROM project').pluck().get() as string
}

function backupFolder(folder: string): string {
  return path.join(folder, 'backups')
}

/** A copy that cannot be made must not keep anybody from their work. */
async function backUpIfDue(db: Db, folder: string): Promise<string | null> {
  try {
    if (isBackupDue(backupFolder(folder))) await makeBackup(db, backupFolder(folder))
    return null
  } catch (error) {
    return `The daily copy of the database was not made: ${(error as Error).message}`
  }
}
