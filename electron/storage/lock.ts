/**
 * Lets one process at a time open a project. The operating system holds the lock and drops it when the
 * process ends, however it ends, so that no lock is ever stale and two processes cannot both get it.
 *
 * The lock is an exclusive transaction on an empty SQLite file. Never open that file in any other way in
 * the process that holds it: closing it would drop the lock (POSIX).
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'
import { type Db, explain } from './database.ts'
import { makePrivate } from './own-files.ts'

export interface Lock {
  release(): void
}

interface Holder {
  pid: number
  command: string
  since: string
}

/** Another process, or this one, has the project open. */
export class ProjectInUse extends UserError {
  constructor(message: string) {
    super('conflict', message)
  }
}

/** Keeps the locks' connections from garbage collection, which would close them. */
const held = new Set<Db>()

/** @throws ProjectInUse that names the process that has the project open */
export async function acquireLock(folder: string): Promise<Lock> {
  const db = await beginExclusive(folder)
  held.add(db)
  writeHolder(folder)
  return {
    release(): void {
      if (!db.open) return
      // The folder may have been moved, and another process may have one of that name.
      if (readHolder(folder)?.pid === process.pid) rmSync(holderFile(folder), { force: true })
      db.close()
      held.delete(db)
    },
  }
}

async function beginExclusive(folder: string): Promise<Db> {
  const file = path.join(folder, 'lock')
  let db: Db | undefined
  try {
    db = new Database(file, { timeout: 0 })
    makePrivate(file)
    // Nothing is written, so that a full disk does not keep the user out.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db?.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw explain(error, file)
    throw new ProjectInUse(await describeHolder(folder))
  }
}

function holderFile(folder: string): string {
  return path.join(folder, 'lock.json')
}

/** Records who holds the lock, for messages only: on a full disk the lock works without it. */
function writeHolder(folder: string): void {
  const [program = '', ...rest] = process.argv.slice(1)
  const command = [path.basename(program), ...withoutKeys(rest)].join(' ').slice(0, 100)
  const holder: Holder = { pid: process.pid, command, since: new Date().toISOString() }
  const temporary = `${holderFile(folder)}.${process.pid}`
  try {
    writeFileSync(temporary, JSON.stringify(holder))
    renameSync(temporary, holderFile(folder))
  } catch {
    rmSync(temporary, { force: true })
  }
}

/** Arguments of a command line, without secrets. */
function withoutKeys(words: readonly string[]): string[] {
  return words.map((word, i) => (words[i - 1] === '--key' ? '…' : word.replace(/^(--key=).*/s, '$1…')))
}

/** The holder writes its record just after taking the lock; until then it is missing or that of a dead process. */
async function describeHolder(folder: string): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const holder = readHolder(folder)
    if (holder && isAlive(holder.pid)) {
      const { pid, command, since } = holder
      const who = pid === process.pid ? 'this process' : `process ${pid} (${command})`
      return `${folder} has been open in ${who} since ${since}. Close it there or wait until it is done.`
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return `${folder} is open in another process, perhaps another user's. Close it there or wait until it is done.`
}

function readHolder(folder: string): Holder | null {
  try {
    return JSON.parse(readFileSync(holderFile(folder), 'utf8'))
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
