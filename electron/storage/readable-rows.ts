/** Reads what can be read of a table whose pages may be damaged. */
import Database from 'better-sqlite3'
import type { Db } from './database.ts'

export type Row = Record<string, unknown>

export interface ReadableRows {
  rows: Row[]
  /** False if a part of the table could not be read. */
  isWhole: boolean
}

/** @param key the columns of the primary key, in order */
export function readableRows(db: Db, table: string, key: readonly string[]): ReadableRows {
  try {
    return { rows: db.prepare(`SELECT * FROM ${table}`).all() as Row[], isWhole: true }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  const rows = hasRowid(db, table) ? [...rowsById(db, table)] : rowsFromBothEnds(db, table, key)
  return { rows, isWhole: false }
}

export function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR|ERROR)/.test(error.code)
}

function hasRowid(db: Db, table: string): boolean {
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table)
  return !/WITHOUT ROWID/i.test(String(sql))
}

/** Where most of a table is lost, the search for single rows ends after this many failures. */
const maxFailures = 100_000

/** The largest row id; if that cannot be read, a bound that no table of this size reaches. */
function idBound(db: Db, table: string): number {
  try {
    return (db.prepare(`SELECT max(rowid) FROM ${table}`).pluck().get() as number | null) ?? 0
  } catch (error) {
    if (!isDamage(error)) throw error
    const pragma = (name: string) => db.pragma(name, { simple: true }) as number
    return pragma('page_count') * pragma('page_size')
  }
}

/** Halves a range of row ids that cannot be read until what is left is read or a single row. */
function* rowsById(db: Db, table: string): Generator<Row> {
  const select = db.prepare(`SELECT * FROM ${table} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`)
  const ranges: [low: number, high: number][] = [[0, idBound(db, table)]]
  let failures = 0
  for (let range = ranges.pop(); range !== undefined && failures < maxFailures; range = ranges.pop()) {
    const [low, high] = range
    try {
      yield* select.all(low, high) as Row[]
    } catch (error) {
      if (!isDamage(error)) throw error
      failures++
      if (low === high) continue
      const middle = Math.floor((low + high) / 2)
      ranges.push([middle + 1, high], [low, middle])
    }
  }
}

/** Without row ids: forward to the damage, then backward to it. */
function rowsFromBothEnds(db: Db, table: string, key: readonly string[]): Row[] {
  const found = new Map<string, Row>()
  for (const direction of ['ASC', 'DESC']) {
    const order = key.map((column) => `${column} ${direction}`).join(', ')
    try {
      for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate() as Iterable<Row>)
        found.set(JSON.stringify(key.map((column) => row[column])), row)
    } catch (error) {
      if (!isDamage(error)) throw error
    }
  }
  return [...found.values()]
}
