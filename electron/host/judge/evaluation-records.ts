/** What a project's evaluations found: their records, how far their judges agree, and a rating of the models. */

import type { EvaluationRecord, Rating } from '../../contract/judge.ts'
import { isCheck } from '../../contract/judge-kinds.ts'
import { ResultRecord, WinRateSummary } from '../../contract/report.ts'
import { type Agreement, cohensKappa, type Outcome, outcomeOf } from '../../pipeline/judge/agreement.ts'
import { bradleyTerry, type Game } from '../../pipeline/judge/bradley-terry.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import {
  type Db,
  type Evaluation,
  listEvaluations,
  listJudgements,
  listSkippedPairs,
} from '../../storage/index.ts'
import { blindKind, sessionFindings } from './blind-session.ts'
import { correctedRateOf } from './corrected-rate.ts'
import { configOf, type EvaluationConfig, judgeName } from './evaluation-config.ts'
import { resumableSettings } from './unfinished.ts'

/** An experiment's record as a whole is kept as an evaluation too; its pairs are in others. */
export const experimentKind = 'experiment'

/** All evaluations that compare, the oldest first. */
export function comparisonsOf(db: Db): Evaluation[] {
  return listEvaluations(db).filter(({ kind }) => kind !== experimentKind)
}

/** The newest first. */
export function recordsOf(db: Db): EvaluationRecord[] {
  const comparisons = comparisonsOf(db)
  return comparisons.map((evaluation) => recordOf(db, evaluation, comparisons)).reverse()
}

/** @param comparisons all evaluations of the project that compare */
export function recordOf(
  db: Db,
  evaluation: Evaluation,
  comparisons: readonly Evaluation[] = comparisonsOf(db),
): EvaluationRecord {
  const { id, kind, name, createdAt, result } = evaluation
  const { judge, of, candidate, reference, pairs } = configOf(evaluation)
  const answers = [...listJudgements(db, id), ...listSkippedPairs(db, id)]
  return {
    id,
    kind,
    name,
    judge: judgeName({ judge }),
    isCheck: isCheck(judge),
    reference,
    candidate,
    pairs: pairs.length,
    summary: WinRateSummary.safeParse(result).data ?? null,
    of,
    judged: new Set(answers.map(({ pairId }) => pairId)).size,
    canResume: resumableSettings(evaluation) !== null,
    createdAt,
    corrected: correctedRateOf(db, evaluation, comparisons),
    session: kind === blindKind ? sessionFindings(db, evaluation) : null,
  }
}

/** The evaluation that keeps the newest finished experiment. */
export function newestExperimentEvaluation(db: Db): Evaluation | undefined {
  return listEvaluations(db).findLast(({ kind, result }) => kind === experimentKind && result !== null)
}

/** Null if there is no finished experiment that this version can read. */
export function newestExperiment(db: Db): ResultRecord | null {
  const newest = newestExperimentEvaluation(db)
  return newest ? (ResultRecord.safeParse(newest.result).data ?? null) : null
}

interface OtherJudge extends Agreement {
  evaluation: string
  judge: string
  disagreements: { pairId: string; own: Outcome; theirs: Outcome }[]
}

/** What another judge says about the pairs of an evaluation. */
interface OtherVerdicts {
  evaluation: Evaluation
  /** By the pair's id. */
  outcomes: ReadonlyMap<string, Outcome>
}

/** Every other evaluation of the same pairs. */
export function otherVerdicts(db: Db, evaluation: Evaluation): OtherVerdicts[] {
  const hasSamePairs = samePairsAs(evaluation)
  return comparisonsOf(db)
    .filter((other) => other.id !== evaluation.id && hasSamePairs(other))
    .map((other) => ({ evaluation: other, outcomes: outcomesOf(db, other) }))
}

/** A person's session has the pairs of its evaluation; two automatic judges the same ones if the texts are equal. */
function samePairsAs(evaluation: Evaluation): (other: Evaluation) => boolean {
  const own = configOf(evaluation)
  const root = own.of ?? evaluation.id
  const textsOf = ({ pairs }: Pick<EvaluationConfig, 'pairs'>) =>
    JSON.stringify(pairs.map(({ id, outputA, outputB }) => [id, outputA.text, outputB.text]).sort())
  const texts = own.candidate === null ? null : textsOf(own)
  return (other) => {
    const config = configOf(other)
    if ((config.of ?? other.id) === root) return true
    const isOfSameSides = config.candidate === own.candidate && config.reference === own.reference
    const isAlike = texts !== null && isOfSameSides && config.pairs.length === own.pairs.length
    return isAlike && judgeName(config) !== judgeName(own) && textsOf(config) === texts
  }
}

/** How far an evaluation agrees with each other evaluation of the same pairs. */
export function agreementsOf(
  db: Db,
  evaluation: Evaluation,
  others = otherVerdicts(db, evaluation),
): OtherJudge[] {
  const own = outcomesOf(db, evaluation)
  return others.flatMap(({ evaluation: other, outcomes: theirs }): OtherJudge[] => {
    const shared = [...own.keys()].filter((pairId) => theirs.has(pairId))
    if (shared.length === 0) return []
    const both = shared.map((pairId) => ({ pairId, own: own.get(pairId)!, theirs: theirs.get(pairId)! }))
    const agreement = cohensKappa(
      both.map((pair) => pair.own),
      both.map((pair) => pair.theirs),
    )
    const judge = judgeName(configOf(other)) ?? other.name
    const disagreements = both.filter((pair) => pair.own !== pair.theirs)
    return [{ evaluation: other.id, judge, ...agreement, disagreements }]
  })
}

function outcomesOf(db: Db, { id }: Evaluation): Map<string, Outcome> {
  return new Map(
    verdicts(listJudgements(db, id)).map(({ pairId, preference }) => [pairId, outcomeOf(preference)]),
  )
}

/** Bradley–Terry ratings of all models that were compared, on Elo's scale. */
export function ratingsOf(db: Db): { ratings: Rating[]; reason: string } {
  const games = comparisonsOf(db).flatMap((evaluation): Game[] => {
    const { candidate, reference } = configOf(evaluation)
    if (!candidate || !reference || candidate === reference) return []
    return verdicts(listJudgements(db, evaluation.id)).map(({ preference }) => ({
      a: reference,
      b: candidate,
      preference,
    }))
  })
  if (games.length === 0) return { ratings: [], reason: '' }
  const { ratings, reason } = bradleyTerry(games)
  const onElo = (ratings ?? []).map(({ model, elo, low, high }) => ({
    model,
    rating: elo,
    low: toElo(low),
    high: toElo(high),
    pairs: games.filter(({ a, b }) => a === model || b === model).length,
  }))
  return { ratings: onElo, reason }
}

function toElo(logOdds: number): number {
  return 1000 + (400 / Math.LN10) * logOdds
}

interface VerdictRow {
  pair: string
  prompt: string
  outputA: string
  outputB: string
  judge: string
  shownFirst: 'A' | 'B'
  /** Null for a pair that was skipped. */
  preferenceForB: number | null
  elapsedMs: number
  rawReply: string
  /** Why, in a person's words; often empty. */
  reason: string
}

/** One row per verdict and per skipped pair, for export. */
export function verdictRows(db: Db, evaluation: Evaluation): VerdictRow[] {
  const skips = listSkippedPairs(db, evaluation.id).map((skip) => ({
    ...skip,
    preference: null,
    rawReply: 'skip',
    reason: '',
  }))
  const byPair = Map.groupBy([...listJudgements(db, evaluation.id), ...skips], ({ pairId }) => pairId)
  return configOf(evaluation).pairs.flatMap(({ id, prompt, outputA, outputB }) =>
    (byPair.get(id) ?? []).map(({ judge, swapped, preference, elapsedMs, rawReply, reason = '' }) => ({
      pair: id,
      prompt: prompt.at(-1)?.content ?? '',
      outputA: outputA.text,
      outputB: outputB.text,
      judge,
      shownFirst: swapped ? 'B' : 'A',
      preferenceForB: preference,
      elapsedMs,
      rawReply,
      reason,
    })),
  )
}
