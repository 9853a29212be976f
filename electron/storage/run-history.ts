/** Events of a run, durations of its steps, and the copy of a run's whole history for a branch. */
import type { RunMark } from '../contract/records.ts'
import { type Db, transact } from './database.ts'
import { groupFrom } from './metrics.ts'
import { now, text } from './values.ts'

export function addMark(db: Db, runId: string, { step, kind, sentence }: Omit<RunMark, 'at'>): void {
  const insert = db.prepare(
    'INSERT INTO run_marks (run_id, step, kind, sentence, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  transact(db, () => insert.run(runId, step, kind, text(sentence, 'The sentence'), now()))
}

/** @returns a run's marks in the order in which they were added */
export function listMarks(db: Db, runId: string): RunMark[] {
  return db
    .prepare('SELECT step, kind, sentence, created_at AS at FROM run_marks WHERE run_id = ? ORDER BY seq')
    .all(runId) as RunMark[]
}

/** @param seconds since the previous step, or since the start; repeating a step replaces its time */
export function addStepTime(db: Db, runId: string, step: number, seconds: number): void {
  const insert = db.prepare('INSERT OR REPLACE INTO step_times (run_id, step, seconds) VALUES (?, ?, ?)')
  transact(db, () => insert.run(runId, step, seconds))
}

/** @returns times of the steps after one, in order */
export function stepTimes(db: Db, runId: string, afterStep = -1): { step: number; seconds: number }[] {
  return db
    .prepare('SELECT step, seconds FROM step_times WHERE run_id = ? AND step > ? ORDER BY step')
    .all(runId, afterStep) as { step: number; seconds: number }[]
}

/** How long a run's steps took in all. */
export function workedSeconds(db: Db, runId: string): number {
  return db.prepare('SELECT total(seconds) FROM step_times WHERE run_id = ?').pluck().get(runId) as number
}

/** The same for charts: the sum over each group of `every` steps, at its last step; the newest steps one by one. */
export function groupedStepTimes(
  db: Db,
  runId: string,
  { afterStep, every }: { afterStep: number; every: number },
): { step: number; seconds: number }[] {
  const last = db.prepare('SELECT max(step) FROM step_times WHERE run_id = ?').pluck().get(runId)
  const exactFrom = Math.floor(((last as number | null) ?? 0) / every) * every
  const sums = db
    .prepare(
      `SELECT max(step) AS step, sum(seconds) AS seconds FROM step_times
       WHERE run_id = @runId AND step > @afterStep AND step < @exactFrom GROUP BY step / CAST(@every AS INTEGER) ORDER BY 1`,
    )
    .all({ runId, afterStep, exactFrom, every }) as { step: number; seconds: number }[]
  return [...sums, ...stepTimes(db, runId, Math.max(afterStep, exactFrom - 1))]
}

export function deleteStepTimesAfter(db: Db, runId: string, step: number): void {
  transact(db, () => db.prepare('DELETE FROM step_times WHERE run_id = ? AND step > ?').run(runId, step))
}

const histories = {
  metrics: 'step, key, value, note',
  samples: 'step, data',
  step_times: 'step, seconds',
  run_marks: 'step, kind, sentence, created_at',
}

/** Copies a run's metrics, samples, step times and marks up to a step to another run. */
export function copyHistory(db: Db, { from, to, step }: { from: string; to: string; step: number }): void {
  transact(db, () => {
    for (const [table, columns] of Object.entries(histories)) {
      const order = table === 'samples' || table === 'run_marks' ? 'ORDER BY seq' : ''
      db.prepare(
        `INSERT INTO ${table} (run_id, ${columns}) SELECT @to, ${columns} FROM ${table}
         WHERE run_id = @from AND step <= @step ${order}`,
      ).run({ from, to, step })
    }
    groupFrom(db, to, 0)
  })
}
