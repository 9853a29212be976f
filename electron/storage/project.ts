/**
 * A project is a folder with `lab.db`, `checkpoints/`, `exports/`, `backups/` and a lock. Only one process at a time
 * can open it.
 */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'
import { backupFolder, isBackupDue, listBackups, makeBackup } from './backup.ts'
import { type Db, explain, openDatabase, openDatabaseToRead, transact } from './database.ts'
import { DamagedProject, isOurs, refuseDamaged } from './health.ts'
import { removeUnfinishedImport } from './import-rows.ts'
import { acquireLock, type Lock, ProjectInUse } from './lock.ts'
import { type Migration, migrate, readMigrations, schemaVersion } from './migrate.ts'
import { makePrivate, refuseLinks } from './own-files.ts'
import { pauseInterruptedRuns } from './runs.ts'
import { isUnwritable, openUnwritable, unwritableSentence } from './unwritable.ts'
import { problemOfTexts } from './verify-texts.ts'
import { watchFile } from './whereabouts.ts'

export interface Project {
  folder: string
  name: string
  db: Db
  /** Why the daily backup failed, in a sentence; null if it succeeded or is not due. */
  backupProblem: string | null
  /** Why nothing can be changed, in a sentence; null if the project can be changed. */
  readOnly: string | null
  close(): void
}

/**
 * Creates a project folder and opens it.
 * @throws UserError `conflict` if the folder holds anything but what an interrupted creation leaves
 */
export async function createProject(folder: string, name: string): Promise<Project> {
  if (existsSync(folder) && !isUnfinished(folder)) {
    throw new UserError(
      'conflict',
      `${folder} already exists and is not empty. Choose another name, or open it.`,
    )
  }
  mkdirSync(folder, { recursive: true })
  return open(folder, name)
}

/** Whether all that a folder holds, if anything, are the files of a creation that a crash or a full disk ended. */
function isUnfinished(folder: string): boolean {
  const names = readdirSync(folder)
  if (names.some((name) => !/^(lock(\.json(\.\d+)?)?|lab\.db(-wal|-shm)?)$/.test(name))) return false
  const file = path.join(folder, 'lab.db')
  return !existsSync(file) || statSync(file).size === 0
}

/**
 * Opens a project, migrates it to the present schema and makes the daily backup of its database. Runs that a crashed
 * process has left as running are paused. A project of a newer version of Stet is opened read-only and left as it is.
 * @throws UserError if the folder is not a project, or another process has it open; DamagedProject
 */
export async function openProject(folder: string): Promise<Project> {
  const file = path.join(folder, 'lab.db')
  if (!existsSync(file)) {
    if (listBackups(backupFolder(folder)).length > 0) throw new DamagedProject(file, 'is missing')
    throw new UserError(
      'not_found',
      `${folder} is not a Stet project (no lab.db). Create one with \`stet init\`.`,
    )
  }
  try {
    return await open(folder, path.basename(folder, '.stet'), (database) =>
      refuseDamaged(database, problemOfTexts),
    )
  } catch (error) {
    const project = isUnwritable(error) ? await openToExport(folder, error) : null
    if (project === null) throw error
    return project
  }
}

/** @param error why the project cannot be opened to write @returns null if it cannot be read either */
async function openToExport(folder: string, error: UserError): Promise<Project | null> {
  // Where no lock can be taken, no other process can write either.
  const lock = await acquireLock(folder).catch((refusal) => {
    if (refusal instanceof ProjectInUse) throw refusal
    return null
  })
  const db = openUnwritable(path.join(folder, 'lab.db'))
  if (db === null) {
    lock?.release()
    return null
  }
  return readOnlyProject({ folder, db, lock, readOnly: unwritableSentence(folder, error) })
}

/** @param lock null if there is none to release */
function readOnlyProject({
  lock,
  ...opened
}: Pick<Project, 'folder' | 'db'> & { lock: Lock | null; readOnly: string }): Project {
  const { db } = opened
  return { ...opened, name: readName(db), backupProblem: null, close: () => close(db, lock) }
}

/**
 * Opens a project that another process has open, to read what is stored at this moment; what is written later does not
 * show. The other process is neither stopped nor delayed.
 * @returns null if it cannot be read in this way: its schema is not the present one, or it is not a project
 */
export function openProjectBeside(folder: string): Project | null {
  const file = path.join(folder, 'lab.db')
  if (!existsSync(file)) return null
  refuseLinks(folder)
  const db = openDatabaseToRead(file)
  if (!isOurs(db) || schemaVersion(db) !== readMigrations().length) {
    db.close()
    return null
  }
  db.exec('BEGIN')
  const readOnly = 'Another process has this project open, so it is read as it is stored at this moment.'
  return readOnlyProject({ folder, db, lock: null, readOnly })
}

async function open(
  folder: string,
  newName: string,
  check: (file: string) => void = () => {},
): Promise<Project> {
  refuseLinks(folder)
  makePrivate(folder)
  const lock = await acquireLock(folder)
  let db: Db | undefined
  try {
    const file = path.join(folder, 'lab.db')
    check(file)
    const newer = existsSync(file) ? openIfNewer(file, folder, lock) : null
    if (newer) return newer
    db = openDatabase(file)
    const isNew = schemaVersion(db) === 0
    await prepareDatabase(db, folder, readMigrations())
    watchFile(db)
    const name = nameProject(db, newName)
    pauseInterruptedRuns(db)
    removeUnfinishedImport(db)
    for (const part of ['checkpoints', 'exports']) mkdirSync(path.join(folder, part), { recursive: true })
    const backupProblem = isNew ? null : await backUpIfDue(db, folder)
    return { folder, name, db, backupProblem, readOnly: null, close: () => close(db!, lock) }
  } catch (error) {
    db?.close()
    lock.release()
    throw explain(error, path.join(folder, 'lab.db'))
  }
}

/** @returns null if this version supports the schema; from a newer one only the name is read */
function openIfNewer(file: string, folder: string, lock: Lock): Project | null {
  const db = openDatabaseToRead(file)
  const [version, supported] = [schemaVersion(db), readMigrations().length]
  if (version <= supported || !isOurs(db)) {
    db.close()
    return null
  }
  const readOnly = `This project was made by a newer version of Stet (schema ${version}; this version supports up to ${supported}) and is read-only. Update Stet to change it.`
  return readOnlyProject({ folder, db, lock, readOnly })
}

function close(db: Db, lock: Lock | null): void {
  db.close()
  lock?.release()
}

/** Migrates a database to the present schema after a backup. @throws UserError if another program made it */
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

/** Names a project that has no name yet. @returns its name */
function nameProject(db: Db, name: string): string {
  const insert = db.prepare(
    'INSERT INTO project (id, name, created_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING',
  )
  transact(db, () => insert.run(name, new Date().toISOString()))
  return readName(db)
}

/** Gives a project another name; its folder keeps its own. */
export function renameProject(project: Project, name: string): void {
  transact(project.db, () => project.db.prepare('UPDATE project SET name = ?').run(name))
  project.name = name
}

function readName(db: Db): string {
  return db.prepare('SELECT name FROM project').pluck().get() as string
}

/** A backup that fails must not prevent the user from working. @returns the reason, or null */
async function backUpIfDue(db: Db, folder: string): Promise<string | null> {
  try {
    if (isBackupDue(backupFolder(folder))) await makeBackup(db, backupFolder(folder))
    return null
  } catch (error) {
    if (error instanceof DamagedProject) throw error
    return `The daily backup of the database failed: ${(error as Error).message}`
  }
}
