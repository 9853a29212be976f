/**
 * The rows of an import that is under way: stored in parts, hidden until it is complete, and removed if it never is.
 * Nothing else may read or write the table `incoming`.
 */
import { setImmediate } from 'node:timers/promises'
import { type Db, transact } from './database.ts'

/** More rows than any import has. */
const rangeSize = 2 ** 32

/** Removed in one transaction. */
const rowsPerPart = 200

/** Where a row goes that is not imported: after all others, hidden ones included. */
export const nextItem = nextIn('items', 'last_item')
export const nextAnnotation = nextIn('annotations', 'last_annotation')

function nextIn(table: string, last: string): string {
  return `(SELECT 1 + max(coalesce((SELECT max(seq) FROM ${table}), 0), coalesce((SELECT ${last} FROM incoming), 0)))`
}

export interface Incoming {
  /** Sequence numbers for the import's rows. */
  nextItem(): number
  nextAnnotation(): number
  /** The sequence numbers of the import's annotations. */
  annotations: { first: number; last: number }
  /** Call inside the transaction that creates a dataset. */
  hideDataset(id: string): void
  /** Whether an item, if there is one, is hidden. */
  isHidden(seq: number): boolean
  /**
   * Shows everything; call inside a transaction.
   * @param changed ids of items that showed before and have new annotations
   */
  show(changed: readonly string[]): void
}

interface Range {
  first_item: number
  last_item: number
  first_annotation: number
  last_annotation: number
}

/** Call after `removeHidden`. */
export function beginIncoming(db: Db): Incoming {
  const insert = db.prepare(
    `INSERT INTO incoming (id, first_item, last_item, first_annotation, last_annotation)
     SELECT 1, item, item + ${rangeSize}, annotation, annotation + ${rangeSize}
     FROM (SELECT ${nextItem} AS item, ${nextAnnotation} AS annotation)
     RETURNING first_item, last_item, first_annotation, last_annotation`,
  )
  const range = transact(db, () => insert.get() as Range)
  const hide = db.prepare("UPDATE incoming SET datasets = json_insert(datasets, '$[#]', ?)")
  let [items, annotations] = [range.first_item, range.first_annotation]
  return {
    nextItem: () => items++,
    nextAnnotation: () => annotations++,
    annotations: { first: range.first_annotation, last: range.last_annotation },
    hideDataset: (id) => void hide.run(id),
    isHidden: (seq) => seq >= range.first_item && seq <= range.last_item,
    show: (changed) => {
      db.exec('DELETE FROM incoming')
      for (const id of changed) countAgain(db, id)
    },
  }
}

/** An item's newest revisions, as they are kept for lists. */
function countAgain(db: Db, id: string): void {
  const seq = db.prepare('SELECT seq FROM items WHERE id = ?').pluck().get(id)
  for (const [table, key] of [
    ['item_facts', 'seq'],
    ['latest_states', 'item_seq'],
  ])
    db.prepare(`INSERT OR REPLACE INTO ${table} SELECT * FROM ${table}_anew WHERE ${key} = ?`).run(seq)
}

/** Removes, part by part, what an import has left that was not completed. Other work can write meanwhile. */
export async function removeHidden(db: Db): Promise<void> {
  const select = db.prepare('SELECT * FROM incoming')
  for (let isWhole = false; !isWhole; ) {
    if (!db.open) return
    const range = select.get() as (Range & { datasets: string }) | undefined
    if (range === undefined) return
    isWhole = transact(db, () => removePart(db, range))
    await setImmediate()
  }
}

/** @returns whether nothing is left */
function removePart(db: Db, range: Range & { datasets: string }): boolean {
  const { first_item, last_item, first_annotation, last_annotation, datasets } = range
  const part = (table: string, from: number, to: number) =>
    db
      .prepare(`SELECT seq FROM ${table} WHERE seq BETWEEN ? AND ? LIMIT ${rowsPerPart}`)
      .pluck()
      .all(from, to) as number[]
  const annotations = part('annotations', first_annotation, last_annotation)
  for (const seq of annotations) db.prepare('DELETE FROM annotations WHERE seq = ?').run(seq)
  if (annotations.length > 0) return false
  const links = db.prepare(
    `SELECT dataset_id, item_seq FROM dataset_items WHERE dataset_id IN (SELECT value FROM json_each(?)) LIMIT ${rowsPerPart}`,
  )
  const linked = links.raw().all(datasets) as [string, number][]
  for (const link of linked)
    db.prepare('DELETE FROM dataset_items WHERE dataset_id = ? AND item_seq = ?').run(...link)
  if (linked.length > 0) return false
  const items = part('items', first_item, last_item)
  for (const seq of items) {
    db.prepare('DELETE FROM dataset_items WHERE item_seq = ?').run(seq)
    db.prepare('DELETE FROM items WHERE seq = ?').run(seq)
  }
  if (items.length > 0) return false
  db.prepare('DELETE FROM datasets WHERE id IN (SELECT value FROM json_each(?))').run(datasets)
  db.exec('DELETE FROM incoming')
  return true
}
