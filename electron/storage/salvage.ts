/** Copies the readable rows of a damaged database into a whole one. */
import Database from 'better-sqlite3'
import { itemId } from '../pipeline/data/item.ts'
import { annotationChecksum, type CheckedAnnotation } from './checksum.ts'
import type { Db } from './database.ts'
import { type ItemColumns, toItem } from './items.ts'
import { isDamage, type ReadableRows, type Row, readableRows } from './readable-rows.ts'

export interface RecoveredTable {
  table: string
  /** Rows that the copy had. */
  inCopy: number
  /** Rows of the damaged file that the copy lacked or had in an older state. */
  salvaged: number
  /** Rows that were read but cannot be right: their content does not match their id, or they refer to lost rows. */
  refused: number
  /** False if a part of the table could not be read in the damaged file. */
  isWhole: boolean
}

/** Rows of these are added and never changed; of the others the damaged file has the newer state. */
const appended = new Set([
  'annotations',
  'dataset_items',
  'items',
  'judgements',
  'metrics',
  'run_marks',
  'samples',
  'skipped_pairs',
  'step_times',
])

/**
 * @param target a whole database of the present schema
 * @param file the damaged one; null if there is none
 * @returns one row per table, those first that others refer to
 */
export function salvage(target: Db, file: string | null): RecoveredTable[] {
  const source = file === null ? null : openDamaged(file)
  try {
    const tables = tablesInOrder(target).map((table) => {
      const inCopy = target.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
      const read = source === null ? nothing : readTable(source, target, table)
      return { table, inCopy, isWhole: read.isWhole, ...insertRows(target, table, read.rows) }
    })
    countAnew(target)
    return tables
  } finally {
    source?.close()
  }
}

/** Tables that are computed from the others. */
const kept = ['item_facts', 'latest_states', 'metric_groups']

function countAnew(db: Db): void {
  const count = db.transaction(() => {
    for (const table of kept)
      db.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM ${table}_anew`)
  })
  count()
}

const nothing: ReadableRows = { rows: [], isWhole: true }

function openDamaged(file: string): Db | null {
  try {
    return new Database(file, { readonly: true, fileMustExist: true })
  } catch (error) {
    if (isDamage(error)) return null
    throw error
  }
}

/** The project's own tables, each after those that it refers to. */
function tablesInOrder(db: Db): string[] {
  const select = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'item_search*' ORDER BY name",
  )
  const names = (select.pluck().all() as string[]).filter((name) => !kept.includes(name))
  const ordered: string[] = []
  const add = (name: string) => {
    if (ordered.includes(name)) return
    const references = db.pragma(`foreign_key_list(${name})`) as { table: string }[]
    for (const { table } of references) if (table !== name) add(table)
    ordered.push(name)
  }
  for (const name of names) add(name)
  return ordered
}

function readTable(source: Db, target: Db, table: string): ReadableRows {
  try {
    const read = readableRows(source, table, keyOf(source, table))
    return { ...read, rows: read.rows.map((row) => fromEarlierSchema(target, table, row)) }
  } catch (error) {
    // No such table: it is newer than the damaged file, or its entry in the schema is lost.
    if (isDamage(error)) return { rows: [], isWhole: false }
    throw error
  }
}

/** Columns of the primary key, in order. */
function keyOf(db: Db, table: string): string[] {
  return (db.pragma(`table_info(${table})`) as { name: string; pk: number }[])
    .filter(({ pk }) => pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map(({ name }) => name)
}

/** The damaged file may be of an earlier schema. */
function fromEarlierSchema(target: Db, table: string, row: Row): Row {
  // Its revisions have no checksum: they are taken as they are.
  if (table === 'annotations' && !('checksum' in row))
    return { ...row, checksum: annotationChecksum(row as CheckedAnnotation) }
  if (table === 'dataset_items' && 'item_id' in row) {
    const seq = target.prepare('SELECT seq FROM items WHERE id = ?').pluck().get(row.item_id)
    return { dataset_id: row.dataset_id, item_seq: seq ?? null }
  }
  return row
}

function insertRows(db: Db, table: string, rows: Row[]): Pick<RecoveredTable, 'salvaged' | 'refused'> {
  const columns = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
  const shared = columns.filter((column) => rows[0] !== undefined && column in rows[0])
  if (shared.length === 0) return { salvaged: 0, refused: 0 }
  const [names, values] = [shared.join(', '), shared.map((column) => `@${column}`).join(', ')]
  const same = db.prepare(
    `SELECT 1 FROM ${table} WHERE ${shared.map((column) => `${column} IS @${column}`).join(' AND ')}`,
  )
  const conflict = appended.has(table) ? 'ABORT' : 'REPLACE'
  const insert = db.prepare(`INSERT OR ${conflict} INTO ${table} (${names}) VALUES (${values})`)
  const counts = { salvaged: 0, refused: 0 }
  const insertAll = db.transaction(() => {
    for (const row of rows) {
      if (same.get(row) !== undefined) continue
      if (isPossible(table, row) && wasInserted(() => insert.run(row))) counts.salvaged++
      else counts.refused++
    }
  })
  insertAll()
  return counts
}

/** An item's id is a hash of its content, and revisions have a checksum, so damage inside a text shows. */
function isPossible(table: string, row: Row): boolean {
  if (table === 'annotations') return annotationChecksum(row as CheckedAnnotation) === row.checksum
  if (table !== 'items') return true
  try {
    const { id, ...content } = toItem(row as unknown as ItemColumns)
    return id === itemId(content)
  } catch {
    return false
  }
}

/** The schema refuses rows that refer to lost ones, that repeat a key, or whose JSON cannot be read. */
function wasInserted(insert: () => void): boolean {
  try {
    insert()
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) return false
    throw error
  }
}
