/** The metrics of runs, step by step. NaN and the infinities are read as they were stored. */
import { type Db, transact } from './database.ts'

export interface MetricRow {
  step: number
  key: string
  value: number
}

/** Stores one step's metrics, replacing earlier values of the same step and keys. */
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

/** @returns a run's metrics after a step, ordered by step and key */
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

/**
 * A long run's metrics after a step, for charts: for each group of `every` steps the least and the greatest finite
 * value, at the first and the last step; the newest steps, which do not fill a group, as they are.
 * @returns rows in order of step
 */
export function metricEnvelope(
  db: Db,
  runId: string,
  { afterStep, every }: { afterStep: number; every: number },
): MetricRow[] {
  const last = db.prepare('SELECT max(step) FROM metrics WHERE run_id = ?').pluck().get(runId) as
    | number
    | null
  const exactFrom = Math.floor((last ?? 0) / every) * every
  const groups = db
    .prepare(
      `SELECT key, min(step) AS first, max(step) AS last, min(value) AS low, max(value) AS high FROM metrics
       WHERE run_id = @runId AND step > @afterStep AND step < @exactFrom AND value IS NOT NULL
       GROUP BY step / CAST(@every AS INTEGER), key ORDER BY step / CAST(@every AS INTEGER), key`,
    )
    .all({ runId, afterStep, exactFrom, every }) as (Record<'first' | 'last' | 'low' | 'high', number> & {
    key: string
  })[]
  const ends = groups.flatMap(({ key, first, last: end, low, high }) =>
    first === end
      ? [{ key, step: first, value: low }]
      : [
          { key, step: first, value: low },
          { key, step: end, value: high },
        ],
  )
  return [...ends, ...readMetrics(db, runId, Math.max(afterStep, exactFrom - 1))]
}

/** Deletes the metrics after a step: a run that resumes from its checkpoint measures them again. */
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

/** Metrics that were not measured within this many steps are not reported as newest. */
const recentSteps = 200

export function readMetric(db: Db, runId: string, key: string): { step: number; value: number }[] {
  return db
    .prepare(
      'SELECT step, value FROM metrics WHERE run_id = ? AND key = ? AND value IS NOT NULL ORDER BY step',
    )
    .all(runId, key) as { step: number; value: number }[]
}
