/** Evaluations of the verb judge that were interrupted: recorded before the first answer, found again, and resumed. */

import { UserError } from '../../contract/errors.ts'
import { canonicalJson, type JsonObject } from '../../contract/json.ts'
import { JudgeSettings } from '../../contract/judge.ts'
import type { VerbInput } from '../../contract/verbs.ts'
import {
  createEvaluation,
  type Db,
  type Evaluation,
  listEvaluations,
  listJudgements,
  removeEvaluation,
} from '../../storage/index.ts'
import { byStartOfId } from '../start-of-id.ts'
import { nameOfSides, underWay } from './evaluate.ts'

const kind = 'win-rate'

/** What is recorded of what was asked: all that determines the result. */
export function settingsOf({ project: _project, judgeServer: _server, ...settings }: VerbInput<'judge'>) {
  return settings
}

/** A record whose pairs are not known yet. */
export function beginEvaluation(db: Db, input: VerbInput<'judge'>): Evaluation {
  return createEvaluation(db, { kind, name: nameOfSides(input), runId: null, config: withoutPairs(input) })
}

/** The newest unfinished evaluation with the same settings that nothing works on; one with pairs before others. */
export function unfinishedLike(db: Db, input: VerbInput<'judge'>): Evaluation | undefined {
  const asked = canonicalJson(withoutPairs(input))
  const like = listEvaluations(db).filter(
    ({ id, result, config }) =>
      result === null && !underWay.has(id) && canonicalJson({ ...config, pairs: [] }) === asked,
  )
  const hasPairs = ({ config: { pairs } }: Evaluation) => Array.isArray(pairs) && pairs.length > 0
  return like.findLast(hasPairs) ?? like.at(-1)
}

function withoutPairs(input: VerbInput<'judge'>): JsonObject {
  return JSON.parse(JSON.stringify({ ...settingsOf(input), pairs: [] }))
}

/** Of a comparison that was a mistake: nothing is worth resuming. */
export function removeUnjudged(db: Db, id: string): void {
  if (listJudgements(db, id).length === 0) removeEvaluation(db, id)
}

/** Null if the verb judge has not started it, as for a person's session or an experiment's, or if it is finished. */
export function resumableSettings({ kind: own, result, config }: Evaluation): JudgeSettings | null {
  // The evaluations of an experiment have fewer settings; the experiment resumes them.
  if (own !== kind || result !== null || !('prompts' in config)) return null
  return JudgeSettings.safeParse(config).data ?? null
}

/** @throws UserError `conflict` if it is finished or worked on, `bad_input` if another verb resumes it */
export function requireResumable(evaluation: Evaluation): JudgeSettings {
  const { id, name, kind: own, result } = evaluation
  if (result !== null)
    throw new UserError('conflict', `The evaluation ${id} (${name}) is finished: there is nothing to resume.`)
  if (underWay.has(id))
    throw new UserError('conflict', `The evaluation ${id} (${name}) is being judged at this moment.`)
  const settings = resumableSettings(evaluation)
  if (settings !== null) return settings
  const how = own === 'blind' ? 'Resume it in Judge.' : 'Repeat the command that started it: it resumes.'
  throw new UserError('bad_input', `The evaluation ${id} (${name}) was not started by stet judge. ${how}`)
}

/**
 * @param text an id, or the start of one
 * @throws UserError `not_found`, or `bad_input` if several ids start with it
 */
export function findEvaluation(db: Db, text: string): Evaluation {
  const all = listEvaluations(db)
  const evaluation = all.find(({ id }) => id === text) ?? byStartOfId(all, 'evaluation', text)
  if (evaluation) return evaluation
  throw new UserError(
    'not_found',
    `There is no evaluation "${text}" in this project. List them with \`stet evaluations\`.`,
  )
}
