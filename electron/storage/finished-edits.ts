/** What an annotator has finished last. */
import type { Item } from '../contract/records.ts'
import { latestAnnotation } from './annotations.ts'
import type { Db } from './database.ts'
import { type ItemColumns, toItem } from './items.ts'

export interface FinishedEdit {
  itemId: string
  revision: number
  rejected: string
  edited: string
}

/** The newest first. @throws DamagedProject if one is not what was stored */
export function newestFinishedEdits(db: Db, annotator: string, limit: number): FinishedEdit[] {
  const select = db.prepare<[string, number], { id: string; rejected: string }>(
    `SELECT items.id, rejected FROM latest_annotations JOIN items ON items.id = item_id
     WHERE annotator = ? AND state = 'done' AND rejected IS NOT NULL
     ORDER BY latest_annotations.created_at DESC, items.seq DESC LIMIT ?`,
  )
  return select.all(annotator, limit).flatMap(({ id, rejected }) => {
    const edit = latestAnnotation(db, id, annotator)
    return edit ? [{ itemId: id, revision: edit.revision, rejected, edited: edit.edited }] : []
  })
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

/** Items that both have finished, with the edit of each. @throws DamagedProject if one is not what was stored */
export function editsOfBoth(
  db: Db,
  first: string,
  second: string,
): { item: Item; first: string; second: string }[] {
  const select = db.prepare<[string, string], ItemColumns>(
    `SELECT items.* FROM latest_annotations AS a
     JOIN latest_annotations AS b ON b.item_id = a.item_id
     JOIN items ON items.id = a.item_id
     WHERE a.annotator = ? AND a.state = 'done' AND b.annotator = ? AND b.state = 'done' ORDER BY items.seq`,
  )
  return select.all(first, second).flatMap((row) => {
    const [one, other] = [first, second].map((annotator) => latestAnnotation(db, row.id, annotator))
    return one && other ? [{ item: toItem(row), first: one.edited, second: other.edited }] : []
  })
}
