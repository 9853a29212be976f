/** Annotators' notes on items: saving appends, the newest counts. */
import { UserError } from '../contract/errors.ts'
import { type Db, transact } from './database.ts'
import { text as checked, now } from './values.ts'

/** @throws UserError `conflict` if the stored note is not `before`, unless that is null */
export function saveNote(
  db: Db,
  { id, annotator, text, before }: { id: string; annotator: string; text: string; before: string | null },
): void {
  const insert = db.prepare('INSERT INTO notes (item_id, annotator, text, created_at) VALUES (?, ?, ?, ?)')
  transact(db, () => {
    if (before !== null && itemNote(db, id, annotator) !== before)
      throw new UserError(
        'conflict',
        `The note of ${annotator} on item ${id} was changed elsewhere meanwhile.`,
      )
    insert.run(id, checked(annotator, "The annotator's name"), checked(text, 'The note'), now())
  })
}

/** @returns the newest note; empty if there is none */
export function itemNote(db: Db, itemId: string, annotator: string): string {
  const select = db
    .prepare('SELECT text FROM notes WHERE item_id = ? AND annotator = ? ORDER BY seq DESC LIMIT 1')
    .pluck()
  return (select.get(itemId, annotator) as string | undefined) ?? ''
}
