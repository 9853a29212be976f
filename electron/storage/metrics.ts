/** What runs measured, step by step. NaN and the infinities come back as they went in. */
import { type Db, transact } from './database.ts'

export interface MetricRow {
  step: number
  key: string
  value: number
}

/** Stores one step's metrics; a step that is written again replaces what it had of the same keys. */
export function addMetrics(db: Db, runId: string, step: number, values: Record<string, number>): void {
  const insert = db.prepare(
    `INSERT INTO metrics (run_id, step, key, value, note) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, note = excluded.note`,
  )
  transact(db, () => {
    for (const [key, value] of Object.entries(values)) {
      const stored = Number.isFinite(value) ? [value, null] : [null, String(value)]
      insert.run(runId, step, key, ...stored)
    }
  })
}

/** @returns a run's metrics after a step, in order of step and key */
export function readMetrics(db: Db, runId: string, afterStep = -1): MetricRow[] {
  const select = db.prepare(
    'SELECT step, key, value, note FROM metrics WHERE run_id = ? AND step > ? ORDER BY step, key',
  )
  const rows = select.all(runId, afterStep) as (MetricRow & { note: string | null })[]
  return rows.map(({ step, key, value, note }) => ({
    step,
    key,
    value: note === null ? value : Number(note),
  }))
}

/** Forgets what came after a step: a run that goes on from its checkpoint measures it again. */
export function deleteMetricsAfter(db: Db, runId: string, step: number): void {
  transact(db, () => db.prepare('DELETE FROM metrics WHERE run_id = ? AND step > ?').run(runId, step))
}

/** @returns a run's last step, and the newest finite value of each metric */
export function newestMetrics(
  db: Db,
  runId: string,
): { step: number | null; values: Record<string, number> } {
  const step = db.prepare('SELECT max(step) FROM metrics WHERE run_id = ?').pluck().get(runId) as
    | number
    | null
  const rows = db
    .prepare(
      `SELECT key, value FROM metrics WHERE run_id = @runId AND value IS NOT NULL AND step > @from
       ORDER BY step`,
    )
    .all({ runId, from: (step ?? 0) - recentSteps }) as { key: string; value: number }[]
  return { step, values: Object.fromEntries(rows.map(({ key, value }) => [key, value])) }
}

/** What was not measured within these is not news. */
const recentSteps = 200

export function readMetric(db: Db, runId: string, key: string): { step: number; value: number }[] {
  return db
    .prepare(
      'SELECT step, value FROM metrics WHERE run_id = ? AND key = ? AND value IS NOT NULL ORDER BY step',
    )
    .all(runId, key) as { step: number; value: number }[]
}
