/** Reads every text of a database and compares it with its checksum, beside what SQLite checks. */
import { type CheckedAnnotation, verifiedAnnotation } from './checksum.ts'
import type { Db } from './database.ts'
import { DamagedProject, isOurs, problemOf } from './health.ts'
import { type ItemColumns, itemColumns, storedItem } from './items.ts'

/** @returns what is wrong, as `problemOf` does */
export function problemOfTexts(db: Db): string | null {
  const problem = problemOf(db)
  if (problem !== null) return problem
  // Another program's tables are refused by opening it.
  if (!isOurs(db)) return null
  try {
    for (const row of db.prepare(`SELECT ${itemColumns} FROM items`).iterate() as Iterable<ItemColumns>)
      storedItem(db, row)
    if (!hasChecksums(db)) return null
    const rows = db.prepare('SELECT * FROM annotations').iterate()
    for (const row of rows as Iterable<CheckedAnnotation>) verifiedAnnotation(row, db.name)
    return null
  } catch (error) {
    if (error instanceof DamagedProject) return error.problem
    throw error
  }
}

/** Databases of an earlier schema have none. */
function hasChecksums(db: Db): boolean {
  return (db.pragma('table_info(annotations)') as { name: string }[]).some(({ name }) => name === 'checksum')
}
