/**
 * Removes datasets and items. Annotations and notes are never removed, so an item that has one is kept; runs keep copies
 * of their rows and are not affected.
 */
import { UserError } from '../contract/errors.ts'
import { type Db, transact } from './database.ts'
import { text } from './values.ts'

export interface Removal {
  removed: number
  /** Items that people have worked on. */
  kept: number
}

const isFree = `NOT EXISTS (SELECT 1 FROM annotations WHERE item_id = items.id)
  AND NOT EXISTS (SELECT 1 FROM notes WHERE item_id = items.id)`

/** @throws UserError `not_found` */
export function renameDataset(db: Db, id: string, name: string): void {
  const { changes } = transact(db, () =>
    db.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(text(name, "The dataset's name"), id),
  )
  if (changes === 0) throw noDataset(id)
}

/** Removes a dataset, and those of its items that are in no other one. @throws UserError `not_found` */
export function removeDataset(db: Db, id: string): Removal {
  return transact(db, () => {
    const only = db
      .prepare(
        `SELECT id FROM dataset_items AS d JOIN items ON seq = item_seq WHERE dataset_id = ? AND NOT EXISTS
           (SELECT 1 FROM dataset_items AS o WHERE o.item_seq = d.item_seq AND o.dataset_id <> d.dataset_id)`,
      )
      .pluck()
      .all(id) as string[]
    db.prepare('DELETE FROM dataset_items WHERE dataset_id = ?').run(id)
    if (db.prepare('DELETE FROM datasets WHERE id = ?').run(id).changes === 0) throw noDataset(id)
    return removeItems(db, only)
  })
}

/** Ids of items that do not exist count as neither removed nor kept. */
export function removeItems(db: Db, ids: readonly string[]): Removal {
  const exists = db.prepare('SELECT 1 FROM items WHERE id = ?').pluck()
  const canGo = db.prepare(`SELECT 1 FROM items WHERE id = ? AND ${isFree}`).pluck()
  const leave = db.prepare('DELETE FROM dataset_items WHERE item_seq = (SELECT seq FROM items WHERE id = ?)')
  const remove = db.prepare('DELETE FROM items WHERE id = ?')
  return transact(db, () => {
    const removal = { removed: 0, kept: 0 }
    for (const id of ids) {
      if (canGo.get(id) !== undefined) {
        leave.run(id)
        removal.removed += remove.run(id).changes
      } else if (exists.get(id) !== undefined) removal.kept++
    }
    return removal
  })
}

function noDataset(id: string): UserError {
  return new UserError('not_found', `This project has no dataset ${id}. It may have been removed meanwhile.`)
}
