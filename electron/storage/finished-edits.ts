/** What an annotator has finished last. */
import type { Item } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ItemColumns, toItem } from './items.ts'

export interface FinishedEdit {
  itemId: string
  revision: number
  rejected: string
  edited: string
}

/** The newest first. */
export function newestFinishedEdits(db: Db, annotator: string, limit: number): FinishedEdit[] {
  const select = db.prepare(
    `SELECT item_id AS itemId, revision, rejected, edited FROM latest_annotations
     JOIN items ON items.id = item_id
     WHERE annotator = ? AND state = 'done' AND rejected IS NOT NULL
     ORDER BY latest_annotations.created_at DESC, items.seq DESC LIMIT ?`,
  )
  return select.all(annotator, limit) as FinishedEdit[]
}

/** Who has finished an edit of the item, by name. */
export function finishedBy(db: Db, itemId: string): string[] {
  const select = db
    .prepare(
      "SELECT annotator FROM latest_annotations WHERE item_id = ? AND state = 'done' ORDER BY annotator",
    )
    .pluck()
  return select.all(itemId) as string[]
}

/** Items that both have finished, with the edit of each. */
export function editsOfBoth(
  db: Db,
  first: string,
  second: string,
): { item: Item; first: string; second: string }[] {
  const select = db.prepare<[string, string], ItemColumns & { first: string; second: string }>(
    `SELECT items.*, a.edited AS first, b.edited AS second FROM latest_annotations AS a
     JOIN latest_annotations AS b ON b.item_id = a.item_id
     JOIN items ON items.id = a.item_id
     WHERE a.annotator = ? AND a.state = 'done' AND b.annotator = ? AND b.state = 'done' ORDER BY items.seq`,
  )
  return select.all(first, second).map((row) => ({ item: toItem(row), first: row.first, second: row.second }))
}
