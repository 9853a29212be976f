/** What annotators of a project are asked to do: saving appends, the newest counts. */
import type { Guidelines } from '../contract/annotate.ts'
import { type Db, transact } from './database.ts'
import { json, now, text } from './values.ts'

export function saveGuidelines(db: Db, guidelines: Guidelines): void {
  const insert = db.prepare('INSERT INTO guidelines (text, kinds, created_at) VALUES (?, ?, ?)')
  transact(db, () =>
    insert.run(
      text(guidelines.text, 'The guidelines'),
      json(guidelines.kinds, 'The kinds of changes'),
      now(),
    ),
  )
}

/** Empty if there are none. */
export function getGuidelines(db: Db): Guidelines {
  const row = db.prepare('SELECT text, kinds FROM guidelines ORDER BY seq DESC LIMIT 1').get() as
    | { text: string; kinds: string }
    | undefined
  return row ? { text: row.text, kinds: JSON.parse(row.kinds) } : { text: '', kinds: [] }
}
