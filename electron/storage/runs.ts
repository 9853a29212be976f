/** Runs: what was asked for, with which code, and how it ended. Records are checked when they are read. */
import { UserError } from '../contract/errors.ts'
import type { JsonValue } from '../contract/json.ts'
import { RunRecord, type RunState } from '../contract/run-record.ts'
import { type Db, transact } from './database.ts'
import { json, newId, now, text } from './values.ts'

export type Run = RunRecord
export type NewRun = Pick<Run, 'kind' | 'name' | 'config' | 'seeds' | 'codeVersion' | 'parentId'>

/** From which states a run may change to a state. */
const previousStates: Record<RunState, RunState[]> = {
  queued: ['paused', 'failed', 'cancelled'],
  running: ['queued', 'paused', 'failed', 'cancelled'],
  paused: ['queued', 'running'],
  done: ['running'],
  failed: ['queued', 'running'],
  cancelled: ['queued', 'running', 'paused'],
}

/** @returns the run, queued */
export function createRun(db: Db, run: NewRun): Run {
  const id = newId('run')
  const insert = db.prepare(
    `INSERT INTO runs (id, kind, name, config, seeds, code_version, parent_id, state, created_at, changed_at)
     VALUES (@id, @kind, @name, @config, @seeds, @codeVersion, @parentId, 'queued', @at, @at)`,
  )
  const values = {
    ...run,
    id,
    name: text(run.name, "The run's name"),
    config: json(run.config, "The run's configuration"),
    seeds: json(run.seeds, "The run's seeds"),
    at: now(),
  }
  transact(db, () => insert.run(values))
  return getRun(db, id)
}

/**
 * @param outcome the reason of a failure in a sentence, or the result of a run that is done
 * @throws UserError `conflict` if the run cannot change from its present state to this one
 */
export function setRunState(
  db: Db,
  id: string,
  state: RunState,
  outcome: { error?: string; result?: JsonValue } = {},
): Run {
  const { error = null, result } = outcome
  const update = db.prepare(
    `UPDATE runs SET state = @state, error = @error, result = coalesce(@result, result), changed_at = @at
     WHERE id = @id`,
  )
  transact(db, () => {
    const run = getRun(db, id)
    if (!previousStates[state].includes(run.state)) {
      throw new UserError('conflict', `Run ${id} is ${run.state} and cannot become ${state}.`)
    }
    const stored = result === undefined ? null : json(result, "The run's result")
    update.run({ id, state, error: text(error, 'The error'), result: stored, at: now() })
  })
  return getRun(db, id)
}

const columns = `id, kind, name, config, seeds, code_version AS codeVersion, parent_id AS parentId, state, error,
  result, created_at AS createdAt, changed_at AS changedAt`

/** @throws UserError `not_found` */
export function getRun(db: Db, id: string): Run {
  const row = db.prepare(`SELECT ${columns} FROM runs WHERE id = ?`).get(id)
  if (!row)
    throw new UserError(
      'not_found',
      `There is no run ${id} in this project. List its runs with \`stet runs\`.`,
    )
  return toRun(row)
}

/** @returns the runs, the oldest first */
export function listRuns(db: Db): Run[] {
  return db.prepare(`SELECT ${columns} FROM runs ORDER BY seq`).all().map(toRun)
}

/** Pauses the runs that a crashed process has left as running. @returns their ids */
export function pauseInterruptedRuns(db: Db): string[] {
  const update = db.prepare(
    "UPDATE runs SET state = 'paused', changed_at = ? WHERE state = 'running' RETURNING id",
  )
  return transact(db, () => update.pluck().all(now()) as string[])
}

/** @throws UserError `bad_input` for a record that this version of Stet does not understand */
function toRun(row: unknown): Run {
  const stored = row as Record<'id' | 'config' | 'seeds', string> & { result: string | null }
  const { data, error } = RunRecord.safeParse({
    ...stored,
    config: JSON.parse(stored.config),
    seeds: JSON.parse(stored.seeds),
    result: JSON.parse(stored.result ?? 'null'),
  })
  if (data) return data
  const [issue] = error.issues
  throw new UserError(
    'bad_input',
    `The record of run ${stored.id} cannot be read: ${issue?.path.join('.')}: ${issue?.message}. Update Stet if a newer version made this project.`,
  )
}
