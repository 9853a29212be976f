/** Evaluations: what was compared and how, what came out, and every verdict behind it. */
import { UserError } from '../contract/errors.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'
import { type Db, transact } from './database.ts'
import { json, newId, now, text } from './values.ts'

export interface NewEvaluation {
  /** As `win-rate`. */
  kind: string
  name: string
  /** The run that asked for it. */
  runId: string | null
  config: JsonObject
}

export interface Evaluation extends NewEvaluation {
  id: string
  /** Null until it is finished. */
  result: JsonValue | null
  createdAt: string
}

export function createEvaluation(db: Db, evaluation: NewEvaluation): Evaluation {
  const id = newId('evaluation')
  const insert = db.prepare(
    `INSERT INTO evaluations (id, kind, name, run_id, config, created_at)
     VALUES (@id, @kind, @name, @runId, @config, @createdAt)`,
  )
  const values = {
    ...evaluation,
    id,
    name: text(evaluation.name, "The evaluation's name"),
    config: json(evaluation.config, "The evaluation's configuration"),
    createdAt: now(),
  }
  transact(db, () => insert.run(values))
  return getEvaluation(db, id)
}

/** Of one that is not finished: what it compares has become known. */
export function setEvaluationConfig(db: Db, id: string, config: JsonObject): Evaluation {
  const update = db.prepare('UPDATE evaluations SET config = ? WHERE id = ? AND result IS NULL')
  transact(db, () => update.run(json(config, "The evaluation's configuration"), id))
  return getEvaluation(db, id)
}

/** One that has no verdicts. */
export function removeEvaluation(db: Db, id: string): void {
  transact(db, () => db.prepare('DELETE FROM evaluations WHERE id = ?').run(id))
}

export function finishEvaluation(db: Db, id: string, result: JsonValue): Evaluation {
  const update = db.prepare('UPDATE evaluations SET result = ? WHERE id = ?')
  transact(db, () => update.run(json(result, "The evaluation's result"), id))
  return getEvaluation(db, id)
}

const columns = 'id, kind, name, run_id AS runId, config, result, created_at AS createdAt'

/** @throws UserError `not_found` */
export function getEvaluation(db: Db, id: string): Evaluation {
  const row = db.prepare(`SELECT ${columns} FROM evaluations WHERE id = ?`).get(id)
  if (!row) throw new UserError('not_found', `This project has no evaluation ${id}.`)
  return toEvaluation(row)
}

/** @returns the evaluations, the oldest first */
export function listEvaluations(db: Db): Evaluation[] {
  return db.prepare(`SELECT ${columns} FROM evaluations ORDER BY seq`).all().map(toEvaluation)
}

function toEvaluation(row: unknown): Evaluation {
  const stored = row as Omit<Evaluation, 'config' | 'result'> & { config: string; result: string | null }
  const { config, result } = stored
  return { ...stored, config: JSON.parse(config), result: JSON.parse(result ?? 'null') }
}
