/** Has a judge compare pairs, and stores the evaluation: every verdict as it arrives, the summary at the end. */

import type { Hooks } from '../../contract/events.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import { type Judge, judgePairs, presentations, remaining, toQuestion } from '../../pipeline/judge/judge.ts'
import { summarise } from '../../pipeline/judge/summarise.ts'
import {
  addJudgements,
  addUnreadReplies,
  createEvaluation,
  type Db,
  type Evaluation,
  finishEvaluation,
  listEvaluations,
  listJudgements,
  listUnreadReplies,
  type NewEvaluation,
  setEvaluationConfig,
} from '../../storage/index.ts'
import { isSameConfig } from './evaluation-config.ts'

/** Whose outputs are compared: A is the reference's, B the candidate's. */
export interface Sides {
  candidate: string
  reference: string
}

export interface Comparison {
  kind?: 'win-rate' | 'judge-check'
  name: string
  /** What reproduces it, besides pairs and seed; `candidate` and `reference` if it compares two sides. */
  settings: JsonObject & Partial<Sides>
  judge: Judge
  pairs: readonly JudgePair[]
  seed: number
  /** An unfinished evaluation without pairs, whose pairs these are. */
  begun?: Evaluation | null
  /** What weakens the result besides what its figures show; kept with its own warnings. */
  warnings?: string[]
}

/** Ids of the evaluations that are being judged: no other work resumes them. */
export const underWay = new Set<string>()

export function nameOfSides({ candidate, reference }: Sides): string {
  return `${candidate} against ${reference}`
}

/**
 * Has every pair judged in both orders. If the same comparison was interrupted it resumes: no verdict is requested
 * twice.
 */
export async function evaluate(
  db: Db,
  { kind = 'win-rate', name, settings, judge, pairs, seed, begun = null, warnings = [] }: Comparison,
  { emit, signal }: Hooks,
): Promise<{ evaluation: string; summary: WinRateSummary; judgements: Judgement[] }> {
  const config = { ...settings, seed, pairs: [...pairs] }
  const evaluation =
    interrupted(db, { kind, name, config }, begun) ??
    (begun && setEvaluationConfig(db, begun.id, config)) ??
    createEvaluation(db, { kind, name, runId: null, config })
  underWay.add(evaluation.id)
  try {
    return await judgeAll(db, evaluation, { judge, pairs, seed, warnings }, { emit, signal })
  } finally {
    underWay.delete(evaluation.id)
  }
}

/** Asks for what is missing, and finishes the evaluation. */
async function judgeAll(
  db: Db,
  evaluation: Evaluation,
  { judge, pairs, seed, warnings }: Required<Pick<Comparison, 'judge' | 'pairs' | 'seed' | 'warnings'>>,
  { emit, signal }: Hooks,
): ReturnType<typeof evaluate> {
  emit({ type: 'evaluating', evaluation: evaluation.id })
  const judgements = listJudgements(db, evaluation.id)
  const unread = listUnreadReplies(db, evaluation.id)
  const already = [...judgements, ...unread]
  const missing = remaining(presentations(pairs, seed, 2), judge.name, already)
  const note = (sentence: string | null = null) => sentence !== null && emit({ type: 'note', sentence })
  if (missing.length > 0) note(judge.costEstimate?.(missing.map(toQuestion)))
  for await (const batch of judgePairs(judge, pairs, { seed, already, signal })) {
    if (batch.judgements.length > 0) addJudgements(db, evaluation.id, batch.judgements)
    if (batch.unread.length > 0) addUnreadReplies(db, evaluation.id, batch.unread)
    judgements.push(...batch.judgements)
    unread.push(...batch.unread)
    const done = judgements.length + unread.length
    emit({ type: 'progress', phase: 'judge', done, total: 2 * pairs.length })
  }
  note(judge.usageSummary?.())
  const scores = judge.corpusScores?.(pairs)
  const summarised = summarise(judgements, { seed, pairs, unread: unread.length })
  const summary = {
    ...summarised,
    ...(scores && { corpusScores: scores }),
    warnings: [...summarised.warnings, ...warnings],
  }
  finishEvaluation(db, evaluation.id, summary)
  return { evaluation: evaluation.id, summary, judgements }
}

/** The newest unfinished evaluation of the same comparison. The name of a judge's check says nothing more. */
function interrupted(
  db: Db,
  { kind, name, config }: Pick<NewEvaluation, 'kind' | 'name' | 'config'>,
  begun: Evaluation | null,
): Evaluation | undefined {
  const isSame = (earlier: Evaluation) =>
    earlier.kind === kind &&
    (earlier.id === begun?.id || !underWay.has(earlier.id)) &&
    (earlier.name === name || kind === 'judge-check') &&
    isSameConfig(earlier.config, config)
  return listEvaluations(db).findLast((earlier) => earlier.result === null && isSame(earlier))
}
