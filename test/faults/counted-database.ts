/**
 * A stand-in for better-sqlite3 that counts what is executed on a project's database, and kills its process before the
 * statement that `KILLED_BEFORE` numbers from 1.
 */
import path from 'node:path'
import Database from 'better-sqlite3'

/** What has been executed on connections that write to a `lab.db`, in order. */
export const statements: string[] = []

const killedBefore = Number(process.env.KILLED_BEFORE)

function note(statement: unknown): void {
  statements.push(String(statement))
  if (statements.length === killedBefore) process.kill(process.pid, 'SIGKILL')
}

export default class CountedDatabase extends Database {
  constructor(file: string, options: Database.Options = {}) {
    const isCounted = path.basename(file) === 'lab.db' && options.readonly !== true
    super(file, isCounted ? { ...options, verbose: note } : options)
  }
}
