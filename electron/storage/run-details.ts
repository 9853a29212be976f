/** What people add to runs (names, notes, tags), when they last looked at one, and the removal of a run. */
import type { RunDetails } from '../contract/run-record.ts'
import { type Db, transact } from './database.ts'
import { getRun } from './runs.ts'
import { json, now, text } from './values.ts'

const none: RunDetails = { note: '', tags: [], seenAt: null }

export function runDetails(db: Db, runId: string): RunDetails {
  const row = db.prepare('SELECT note, tags, seen_at AS seenAt FROM run_details WHERE run_id = ?').get(runId)
  if (!row) return none
  const stored = row as Omit<RunDetails, 'tags'> & { tags: string }
  return { ...stored, tags: JSON.parse(stored.tags) }
}

/** What is left out stays as it is. @throws UserError `not_found` */
export function saveRunDetails(db: Db, runId: string, changes: Partial<RunDetails>): void {
  transact(db, () => {
    getRun(db, runId)
    const { note, tags, seenAt } = { ...runDetails(db, runId), ...changes }
    db.prepare('INSERT OR REPLACE INTO run_details (run_id, note, tags, seen_at) VALUES (?, ?, ?, ?)').run(
      runId,
      text(note, 'The note'),
      json(tags, 'The tags'),
      seenAt,
    )
  })
}

/** The model that the run made keeps its own name. */
export function renameRun(db: Db, runId: string, name: string): void {
  const update = db.prepare('UPDATE runs SET name = ?, changed_at = ? WHERE id = ?')
  transact(db, () => update.run(text(name, "The run's name"), now(), runId))
}

const records = ['metrics', 'metric_groups', 'samples', 'step_times', 'run_marks', 'run_details']

/** Removes the run with all that it recorded. Its model, its evaluations and the runs that followed from it stay. */
export function deleteRun(db: Db, runId: string): void {
  transact(db, () => {
    for (const table of records) db.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId)
    for (const table of ['models', 'evaluations'])
      db.prepare(`UPDATE ${table} SET run_id = NULL WHERE run_id = ?`).run(runId)
    db.prepare('UPDATE runs SET parent_id = NULL WHERE parent_id = ?').run(runId)
    db.prepare('DELETE FROM runs WHERE id = ?').run(runId)
  })
}
