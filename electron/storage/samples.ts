/** Sample responses that a run recorded. */
import type { JsonValue } from '../contract/json.ts'
import { type Db, transact } from './database.ts'
import { json } from './values.ts'

export function addSamples(db: Db, runId: string, step: number, samples: JsonValue[]): void {
  const insert = db.prepare('INSERT INTO samples (run_id, step, data) VALUES (?, ?, ?)')
  transact(db, () => {
    for (const sample of samples) insert.run(runId, step, json(sample, 'A sample'))
  })
}

export function deleteSamplesAfter(db: Db, runId: string, step: number): void {
  transact(db, () => db.prepare('DELETE FROM samples WHERE run_id = ? AND step > ?').run(runId, step))
}

/** Steps of a run that have samples, in order. */
export function sampleSteps(db: Db, runId: string): number[] {
  return db
    .prepare('SELECT DISTINCT step FROM samples WHERE run_id = ? ORDER BY step')
    .pluck()
    .all(runId) as number[]
}

export function samplesAt(db: Db, runId: string, step: number): JsonValue[] {
  const select = db.prepare('SELECT data FROM samples WHERE run_id = ? AND step = ? ORDER BY seq').pluck()
  return (select.all(runId, step) as string[]).map((data) => JSON.parse(data))
}
