/** Backups of a project's database: at most three of today, one of each earlier day, and ten in all. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type Db, explain } from './database.ts'
import { DamagedProject, findProblem } from './health.ts'
import { syncFile, syncFolder } from './sync.ts'

const maxOfToday = 3
const maxBackups = 10
const dayMs = 24 * 60 * 60 * 1000
const pagesPerTurn = 1000

/** `lab-2025-01-31T09-30-00-000Z.db`: the time of the backup in UTC, without characters that file systems refuse. */
const namePattern = /^lab-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.db$/

/** What a process that was killed while it copied has left. */
const remains = /^lab-[\dTZ-]+\.db\.tmp(-journal|-wal|-shm)?$/

/**
 * Copies the database while it is in use, checks the copy, then deletes old backups. Only a whole copy is kept, so that
 * those of a damaged database never push out good ones.
 * @returns the backup's path
 * @throws DamagedProject if the copy is not whole: then neither is the database
 */
export async function makeBackup(db: Db, folder: string, now = new Date()): Promise<string> {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (remains.test(name)) rmSync(path.join(folder, name))
  const file = path.join(folder, datedName(now))
  const temporary = `${file}.tmp`
  try {
    await db.backup(temporary, { progress: () => pagesPerTurn })
    const problem = findProblem(temporary)
    if (problem !== null) throw new DamagedProject(db.name, problem)
    syncFile(temporary)
    renameSync(temporary, file)
  } catch (error) {
    throw explain(error, file)
  } finally {
    rmSync(temporary, { force: true })
  }
  syncFolder(folder)
  const names = listBackups(folder)
  const kept = backupsToKeep(names, now)
  for (const name of names) if (!kept.has(name)) rmSync(path.join(folder, name), { force: true })
  return file
}

/** Where a project's backups are. */
export function backupFolder(project: string): string {
  return path.join(project, 'backups')
}

/** The name of a database's copy: the time in UTC, without characters that file systems refuse. */
export function datedName(time: Date): string {
  return `lab-${time.toISOString().replaceAll(/[:.]/g, '-')}.db`
}

/** Whether there is no backup, or the newest is at least a day old; one that a wrong clock dated ahead does not count. */
export function isBackupDue(folder: string, now = new Date()): boolean {
  const newest = listBackups(folder).findLast((name) => timeOf(name) <= now.getTime())
  return newest === undefined || now.getTime() - timeOf(newest) >= dayMs
}

/** @returns names of backups, the oldest first */
export function listBackups(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => namePattern.test(name))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/**
 * The newest three of today and the newest of every earlier day; of these, the newest ten. Those that a wrong clock
 * dated ahead are kept beside them.
 */
export function backupsToKeep(names: string[], now: Date): Set<string> {
  const today = now.toISOString().slice(0, 10)
  const ahead = names.filter((name) => timeOf(name) > now.getTime())
  const countOfDay = new Map<string, number>()
  const kept = names
    .filter((name) => !ahead.includes(name))
    .sort()
    .reverse()
    .filter((name) => {
      const day = namePattern.exec(name)![1]!
      const count = (countOfDay.get(day) ?? 0) + 1
      countOfDay.set(day, count)
      return count <= (day === today ? maxOfToday : 1)
    })
  return new Set([...kept.slice(0, maxBackups), ...ahead])
}

/** When a backup was made, in milliseconds since 1970. */
export function timeOf(name: string): number {
  return Date.parse(name.replace(namePattern, '$1T$2:$3:$4.$5Z'))
}
