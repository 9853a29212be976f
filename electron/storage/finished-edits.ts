/** What an annotator has finished last. */
import type { Db } from './database.ts'

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
