/** Annotators' notes on items: saving appends, the newest counts. */
import { type Db, transact } from './database.ts'
import { text as checked, now } from './values.ts'

export function saveNote(db: Db, itemId: string, annotator: string, text: string): void {
  const insert = db.prepare('INSERT INTO notes (item_id, annotator, text, created_at) VALUES (?, ?, ?, ?)')
  transact(db, () =>
    insert.run(itemId, checked(annotator, "The annotator's name"), checked(text, 'The note'), now()),
  )
}

/** @returns the newest note; empty if there is none */
export function itemNote(db: Db, itemId: string, annotator: string): string {
  const select = db
    .prepare('SELECT text FROM notes WHERE item_id = ? AND annotator = ? ORDER BY seq DESC LIMIT 1')
    .pluck()
  return (select.get(itemId, annotator) as string | undefined) ?? ''
}
