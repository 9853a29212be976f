/**
 * A person judges pairs without knowing which side is which; the session can stop and resume anywhere. The pairs are those
 * of an evaluation, or edits against the originals. Some may be shown twice, with the sides exchanged.
 */
import { UserError } from '../../contract/errors.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Judgement, JudgePair } from '../../contract/records.ts'
import { cohensKappa, outcomeOf } from '../../pipeline/judge/agreement.ts'
import { confidenceSequence, isDecided } from '../../pipeline/judge/confidence-sequence.ts'
import {
  blindPresentations,
  type Presentation,
  presentations,
  remaining,
  repeatedPairs,
  toJudgement,
  toQuestion,
} from '../../pipeline/judge/judge.ts'
import { summarise } from '../../pipeline/judge/summarise.ts'
import {
  addJudgements,
  addSkippedPair,
  createEvaluation,
  type Db,
  deleteLastAnswer,
  type Evaluation,
  finishEvaluation,
  getEvaluation,
  listEvaluations,
  listJudgements,
  listSkippedPairs,
} from '../../storage/index.ts'
import { editedPairsOf } from '../data/items.ts'
import { configOf } from './evaluation-config.ts'

/** The kind of an evaluation that a person makes. */
export const blindKind = 'blind'

interface Session {
  evaluation: Evaluation
  /** The person's name. */
  judge: string
  seed: number
  pairs: JudgePair[]
  /** Everything that is shown, repeats included. */
  shown: Presentation[]
  /** What is left to judge, in the order and on the sides that the seed gives. */
  left: Presentation[]
  /** Number of presentations judged or skipped. */
  answered: number
}

export type Answer = 'left' | 'tie' | 'right' | 'skip'

export interface BlindOptions {
  /** The person's name. */
  judge: string
  /** At most this many of the pairs, drawn at random. */
  count: number
  /** Share of the pairs that are shown twice. */
  repeats: number
}

export function startBlindSession(db: Db, source: Evaluation, options: BlindOptions): Evaluation {
  const { pairs, candidate, reference } = configOf(source)
  if (pairs.length === 0)
    throw new UserError(
      'bad_input',
      `${source.name} has no stored pairs. Re-run the evaluation, then judge it manually.`,
    )
  return startSession(db, pairs, { name: source.name, of: source.id, candidate, reference }, options)
}

/**
 * Finished edits against the responses that were edited, B being the edit: whether people who do not know which is which
 * prefer the edits. One edit per item; edits that changed nothing are left out.
 */
export function startEditSession(
  db: Db,
  { datasets, ...options }: BlindOptions & { datasets: string[] },
): Evaluation {
  const pairs = new Map<string, JudgePair>()
  for (const { item, rejected, edited } of editedPairsOf(db, { datasets })) {
    if (edited === rejected) continue
    const { id, prompt, context } = item
    const outputOf = (text: string) => ({ text, ended: true })
    const sides = { outputA: outputOf(rejected), outputB: outputOf(edited) }
    if (!pairs.has(id)) pairs.set(id, { id, item: id, seed: null, prompt, context, ...sides })
  }
  if (pairs.size === 0)
    throw new UserError(
      'bad_input',
      'This project has no finished edit that differs from its original. Finish some edits, or import them.',
    )
  // These sides are not models, so they have no place among the ratings.
  const about = { name: 'edited against original', of: null, candidate: null, reference: null }
  return startSession(db, [...pairs.values()], about, options)
}

function startSession(
  db: Db,
  pairs: readonly JudgePair[],
  { name, ...about }: JsonObject & { name: string },
  { judge, count, repeats }: BlindOptions,
): Evaluation {
  const seed = listEvaluations(db).length + 1
  const drawn = presentations(pairs, seed, 1)
    .slice(0, count)
    .map(({ pair }) => pair)
  const repeated = repeatedPairs(drawn, seed, repeats)
  const config = { ...about, judge, seed, repeated, pairs: drawn }
  return createEvaluation(db, { kind: blindKind, name, runId: null, config })
}

/** The next pair as the person sees it; null if none is left. */
export function nextBlindPair(db: Db, id: string) {
  const session = sessionOf(db, id)
  const [next] = session.left
  if (!next) return null
  const { pairId, prompt, context, first, second } = toQuestion(next)
  const shown = { pairId, prompt, context, left: first.text, right: second.text }
  const decided = isDecided(firstVotes(session, listJudgements(db, id)))
  return { ...shown, judged: session.answered, total: session.shown.length, decided }
}

const preferences = { left: 0, tie: 0.5, right: 1 }

export interface Vote {
  pairId: string
  answer: Answer
  elapsedMs: number
  /** Why, in the person's words. */
  reason?: string
}

/** Stores an answer; the last one finishes the evaluation. @throws UserError `conflict` if the pair has an answer */
export function vote(
  db: Db,
  id: string,
  { pairId, answer, elapsedMs, reason = '' }: Vote,
): { judged: number; total: number; isFinished: boolean } {
  const { left, judge } = sessionOf(db, id)
  const [shown] = left
  if (shown?.pair.id !== pairId) throw new UserError('conflict', 'This pair has already been judged.')
  if (answer === 'skip') addSkippedPair(db, id, { pairId, judge, swapped: shown.swapped, elapsedMs })
  else {
    const reply = { preferSecond: preferences[answer], rawReply: '', elapsedMs }
    const judgement = toJudgement(shown, judge, reply)
    addJudgements(db, id, [reason === '' ? judgement : { ...judgement, reason }])
  }
  const after = sessionOf(db, id)
  const isFinished = after.left.length === 0
  if (isFinished) finish(db, after)
  return { judged: after.answered, total: after.shown.length, isFinished }
}

/** Takes the last answer back. @returns the number of answers left */
export function undoVote(db: Db, id: string): number {
  deleteLastAnswer(db, sessionOf(db, id).evaluation.id)
  return sessionOf(db, id).answered
}

/** Finishes a session with the verdicts that it has. @throws UserError if it has none */
export function stopSession(db: Db, id: string): Evaluation {
  const session = sessionOf(db, id)
  if (listJudgements(db, id).length === 0)
    throw new UserError(
      'bad_input',
      'No pair has a verdict yet, so there is no result. Judge some pairs first.',
    )
  finish(db, session)
  return getEvaluation(db, id)
}

/** @throws UserError if the evaluation is an automatic judge's */
function sessionOf(db: Db, id: string): Session {
  const evaluation = getEvaluation(db, id)
  if (evaluation.kind !== blindKind)
    throw new UserError('bad_input', 'Pairs can be judged manually only in a blind comparison.')
  const config = configOf(evaluation)
  const { seed, pairs } = config
  const judge = String(config.judge)
  const skips = listSkippedPairs(db, id)
  const answers = [...listJudgements(db, id), ...skips]
  // A pair that was skipped once is not shown again.
  const shownOnce = new Set(skips.map(({ pairId }) => pairId))
  const repeated = config.repeated.filter((pairId) => !shownOnce.has(pairId))
  const shown = blindPresentations(pairs, seed, repeated)
  const left = remaining(shown, judge, answers)
  return { evaluation, judge, seed, pairs, shown, left, answered: shown.length - left.length }
}

/** There is no result if every pair was skipped. */
function finish(db: Db, session: Session): void {
  const { evaluation, seed, pairs, left } = session
  const judgements = listJudgements(db, evaluation.id)
  if (judgements.length === 0) return
  const summary = summarise(judgements, { seed, pairs })
  const { low, high } = confidenceSequence(firstVotes(session, judgements))
  const stopped =
    left.length === 0
      ? []
      : [
          `The session was stopped with ${left.length} pairs left. Trust the interval that allows for stopping at any time, ${low.toFixed(1)} to ${high.toFixed(1)}, rather than the other figures.`,
        ]
  finishEvaluation(db, evaluation.id, { ...summary, warnings: [...summary.warnings, ...stopped] })
}

/**
 * Preferences for B in the order of the verdicts, one per prompt: repeats, and other pairs of the same prompt, are not
 * independent of the first.
 */
function firstVotes(
  { pairs }: Pick<Session, 'pairs'>,
  judgements: readonly Pick<Judgement, 'pairId' | 'preference'>[],
): number[] {
  const itemOf = new Map(pairs.map(({ id, item }) => [id, item]))
  const first = new Map<string, number>()
  for (const { pairId, preference } of judgements) {
    const prompt = itemOf.get(pairId) ?? pairId
    if (!first.has(prompt)) first.set(prompt, preference)
  }
  return [...first.values()]
}

/** What a session shows besides its summary. Before it is finished nothing tells which side is ahead. */
export function sessionFindings(db: Db, evaluation: Evaluation) {
  const { pairs } = configOf(evaluation)
  const judgements = listJudgements(db, evaluation.id)
  const votes = firstVotes({ pairs }, judgements)
  return {
    decided: isDecided(votes),
    anytime: evaluation.result === null ? null : { ...confidenceSequence(votes), prompts: votes.length },
    selfAgreement: selfAgreementOf(judgements),
  }
}

/** How far a person agrees with their own verdict on pairs that they judged twice; null if there are none. */
function selfAgreementOf(judgements: readonly Judgement[]) {
  const twice = [...Map.groupBy(judgements, ({ pairId }) => pairId).values()].filter(
    (own) => own.length === 2,
  )
  if (twice.length === 0) return null
  const outcomes = (which: number) => twice.map((own) => outcomeOf(own[which]!.preference))
  return cohensKappa(outcomes(0), outcomes(1))
}
