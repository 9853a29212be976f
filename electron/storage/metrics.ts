/** The metrics of runs, step by step. NaN and the infinities are read as they were stored. */
import { type Db, transact } from './database.ts'

export interface MetricRow {
  step: number
  key: string
  value: number
}

/** Steps per group of metrics that are kept. */
const groupSizes = [8, 64] as const

/** Stores one step's metrics, replacing earlier values of the same step and keys. */
export function addMetrics(db: Db, runId: string, step: number, values: Record<string, number>): void {
  const insert = db.prepare(
    `INSERT INTO metrics (run_id, step, key, value, note) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, note = excluded.note`,
  )
  const isThere = db.prepare('SELECT 1 FROM metrics WHERE run_id = ? AND step = ? LIMIT 1')
  const group = db.prepare(
    `INSERT INTO metric_groups VALUES (@runId, @every, @key, @part, @step, @step, @value, @value)
     ON CONFLICT DO UPDATE SET first = min(first, @step), last = max(last, @step),
       low = min(low, @value), high = max(high, @value)`,
  )
  transact(db, () => {
    const isRepeated = isThere.get(runId, step) !== undefined
    for (const [key, value] of Object.entries(values)) {
      const stored = Number.isFinite(value) ? [value, null] : [null, String(value)]
      insert.run(runId, step, key, ...stored)
      if (Number.isFinite(value) && !isRepeated)
        for (const every of groupSizes)
          group.run({ runId, every, key, part: Math.floor(step / every), step, value })
    }
    if (isRepeated) groupFrom(db, runId, step)
  })
}

/** Computes a run's groups from a step's on: after metrics were replaced, deleted or copied. */
export function groupFrom(db: Db, runId: string, step: number): void {
  for (const every of groupSizes) {
    const part = Math.floor(step / every)
    db.prepare('DELETE FROM metric_groups WHERE run_id = ? AND every = ? AND part >= ?').run(
      runId,
      every,
      part,
    )
    db.prepare(
      `INSERT INTO metric_groups
       SELECT run_id, ${every}, key, step / ${every}, min(step), max(step), min(value), max(value)
       FROM metrics WHERE run_id = ? AND step >= ? AND value IS NOT NULL GROUP BY key, step / ${every}`,
    ).run(runId, part * every)
  }
}

/** @returns a run's metrics after a step, ordered by step and key */
export function readMetrics(db: Db, runId: string, afterStep = -1): MetricRow[] {
  const select = db.prepare<unknown[], [number, string, number | null, string | null]>(
    'SELECT step, key, value, note FROM metrics WHERE run_id = ? AND step > ? ORDER BY step, key',
  )
  return select
    .raw()
    .all(runId, afterStep)
    .map(([step, key, value, note]) => ({ step, key, value: value ?? Number(note) }))
}

/** A number of steps per point of a chart, no less than `steps`, for which the values are found quickly. */
export function stepsPerGroup(steps: number): number {
  const size = Math.max(groupSizes[0], groupSizeFor(steps))
  return Math.ceil(steps / size) * size
}

function groupSizeFor(steps: number): number {
  return groupSizes.findLast((size) => size <= steps) ?? 1
}

/**
 * A long run's metrics after a step, for charts: for each group of `every` steps the least and the greatest finite
 * value, at the first and the last step; the newest steps, which do not fill a group, as they are.
 * @param every steps per group; quick for what `stepsPerGroup` gives
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
  const size = every % groupSizeFor(every) === 0 ? groupSizeFor(every) : 1
  // Steps up to the next kept group are read one by one.
  const groupsFrom = size === 1 ? exactFrom : Math.min(exactFrom, Math.ceil((afterStep + 1) / size) * size)
  const groups = db
    .prepare(
      `SELECT key, min(first) AS first, max(last) AS last, min(low) AS low, max(high) AS high FROM (
         SELECT key, step AS first, step AS last, value AS low, value AS high FROM metrics
         WHERE run_id = @runId AND step > @afterStep AND step < @groupsFrom AND value IS NOT NULL
         UNION ALL
         SELECT key, first, last, low, high FROM metric_groups
         WHERE run_id = @runId AND every = ${size} AND part >= ${groupsFrom / size} AND part < ${exactFrom / size}
       ) GROUP BY first / CAST(@every AS INTEGER), key ORDER BY first / CAST(@every AS INTEGER), key`,
    )
    .all({ runId, afterStep, groupsFrom, every }) as (Record<'first' | 'last' | 'low' | 'high', number> & {
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
  transact(db, () => {
    db.prepare('DELETE FROM metrics WHERE run_id = ? AND step > ?').run(runId, step)
    groupFrom(db, runId, Math.max(0, step))
  })
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
      `SELECT g.key, m.value FROM
         (SELECT key, max(last) AS step FROM metric_groups WHERE run_id = @runId AND every = 64 GROUP BY key) AS g
       CROSS JOIN metrics AS m ON m.run_id = @runId AND m.step = g.step AND m.key = g.key
       WHERE g.step > @from ORDER BY g.step, g.key`,
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

export function metricAt(db: Db, runId: string, key: string, step: number): number | null {
  const select = db.prepare('SELECT value FROM metrics WHERE run_id = ? AND step = ? AND key = ?').pluck()
  return (select.get(runId, step, key) as number | null | undefined) ?? null
}

/** The step with a metric's greatest finite value, the first of several; null if there is none. */
export function greatestMetric(db: Db, runId: string, key: string): { step: number; value: number } | null {
  const part = db
    .prepare(
      `SELECT first, last, high FROM metric_groups WHERE run_id = ? AND every = 8 AND key = ?
       ORDER BY high DESC, part LIMIT 1`,
    )
    .get(runId, key) as { first: number; last: number; high: number } | undefined
  if (!part) return null
  const { first, last, high } = part
  const step = db
    .prepare(
      'SELECT min(step) FROM metrics WHERE run_id = ? AND step BETWEEN ? AND ? AND key = ? AND value = ?',
    )
    .pluck()
    .get(runId, first, last, key, high) as number
  return { step, value: high }
}

/** A metric's course in few values: all of them, or beyond `maxSteps` the middle of each kept group. */
export function metricCourse(db: Db, runId: string, key: string, maxSteps: number): number[] {
  const last = db.prepare('SELECT max(step) FROM metrics WHERE run_id = ?').pluck().get(runId) as
    | number
    | null
  if ((last ?? 0) < maxSteps) return readMetric(db, runId, key).map(({ value }) => value)
  const select = db.prepare(
    'SELECT (low + high) / 2 FROM metric_groups WHERE run_id = ? AND every = 8 AND key = ? ORDER BY part',
  )
  return select.pluck().all(runId, key) as number[]
}
