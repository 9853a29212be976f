/**
 * Migrates a database to the present schema, one numbered SQL file after the other. Each runs in one transaction with
 * the update of the schema version, so that after a crash it has happened completely or not at all.
 */
import assert from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'
import { checksumOf } from './checksum.ts'
import { type Db, transact } from './database.ts'
import { splitPoint } from './split.ts'

export interface Migration {
  name: string
  sql: string
}

/** The migrations in order: `NNNN_name.sql` from 0001 without gaps. */
export function readMigrations(folder = path.join(import.meta.dirname, 'migrations')): Migration[] {
  const names = readdirSync(folder).sort()
  return names.map((name, index) => {
    const number = String(index + 1).padStart(4, '0')
    assert(name.startsWith(`${number}_`) && name.endsWith('.sql'), `${name} should be ${number}_….sql`)
    return { name, sql: readFileSync(path.join(folder, name), 'utf8') }
  })
}

/** Number of migrations that a database has had. */
export function schemaVersion(db: Db): number {
  return db.pragma('user_version', { simple: true }) as number
}

/**
 * @returns the number of migrations applied
 * @throws UserError `conflict` if a newer version of Stet made the database
 */
export function migrate(db: Db, migrations: Migration[]): number {
  const version = schemaVersion(db)
  refuseNewer(db, version, migrations.length)
  defineFunctions(db)
  for (const [index, { sql }] of migrations.entries()) {
    if (index < version) continue
    transact(db, () => {
      db.exec(sql)
      db.pragma(`user_version = ${index + 1}`)
    })
  }
  return migrations.length - version
}

/** What migrations call that SQL cannot compute. */
function defineFunctions(db: Db): void {
  db.function('split_point_of', { deterministic: true }, (metadata, context, prompt) =>
    splitPoint({
      metadata: JSON.parse(String(metadata)),
      context: String(context),
      prompt: JSON.parse(String(prompt)),
    }),
  )
  db.function('annotation_checksum', { deterministic: true, varargs: true }, (...values) =>
    checksumOf(values),
  )
}

function refuseNewer(db: Db, version: number, supported: number): void {
  if (version <= supported) return
  const message = `${db.name} was made by a newer version of Stet (schema ${version}; this version supports up to ${supported}). Update Stet to open it; nothing was changed.`
  throw new UserError('conflict', message)
}
