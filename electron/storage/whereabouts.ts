/**
 * Notices that an open database is no longer the file at its path. The operating system lets an open file be moved,
 * deleted and replaced, and a write to it then succeeds but is lost.
 */
import { type BigIntStats, statSync } from 'node:fs'
import path from 'node:path'
import type Database from 'better-sqlite3'
import { UserError } from '../contract/errors.ts'

type Db = Database.Database

/** What has become of the file at a database's path. */
export type Displacement = 'missing' | 'replaced'

interface Whereabouts {
  file: Identity
  /** Of the write-ahead log; null until the first commit, which creates it. */
  log: Identity | null
}

type Identity = Pick<BigIntStats, 'dev' | 'ino'>

const opened = new WeakMap<Db, Whereabouts>()

/** Call after opening a database for writing: from now on its file is watched. */
export function watchFile(db: Db): void {
  const file = identityOf(db.name)
  if (file !== null) opened.set(db, { file, log: identityOf(logOf(db)) })
}

/** Null if the database is where it was opened, or is not watched. */
export function displacementOf(db: Db): Displacement | null {
  const known = opened.get(db)
  if (!known) return null
  return compare(known.file, db.name) ?? (known.log && compare(known.log, logOf(db)) && 'replaced')
}

/** Call before and after a write. @throws UserError if the write would be, or was, made in a file that is not at its path */
export function refuseDisplaced(db: Db): void {
  const displacement = displacementOf(db)
  if (displacement !== null) throw displaced(db.name, displacement)
  const known = opened.get(db)
  if (known) known.log ??= identityOf(logOf(db))
}

export function displaced(file: string, displacement: Displacement): UserError {
  return new UserError('unavailable', `${path.dirname(file)} ${sentences[displacement]}`)
}

const sentences: Record<Displacement, string> = {
  missing:
    'was moved, renamed or deleted while it was open, so this could not be saved. Put the folder back and it will be saved, or open the project where it is now.',
  replaced:
    'was replaced while it was open: its lab.db or lab.db-wal is another file or gone, so this could not be saved. Put the former files back and it will be saved, or open the project again to work with those that are there now.',
}

function compare(known: Identity, file: string): Displacement | null {
  const present = identityOf(file)
  if (present === null) return 'missing'
  return present.dev === known.dev && present.ino === known.ino ? null : 'replaced'
}

function identityOf(file: string): Identity | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false }) ?? null
}

function logOf(db: Db): string {
  return `${db.name}-wal`
}
