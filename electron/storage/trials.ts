/** Whether help is shown or hidden by chance in a project: saving appends, the newest counts. */
import { noTrial, Trial } from '../contract/annotate.ts'
import { type Db, transact } from './database.ts'
import { json, now } from './values.ts'

export function saveTrial(db: Db, trial: Trial): void {
  const insert = db.prepare('INSERT INTO trials (trial, created_at) VALUES (?, ?)')
  transact(db, () => insert.run(json(trial, 'The trial'), now()))
}

/** Off if none was ever set. */
export function getTrial(db: Db): Trial {
  const stored = db.prepare('SELECT trial FROM trials ORDER BY seq DESC LIMIT 1').pluck().get() as
    | string
    | undefined
  return stored === undefined ? noTrial : Trial.parse(JSON.parse(stored))
}
