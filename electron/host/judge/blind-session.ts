/** A person judges an evaluation's pairs without knowing which side is which; the session can stop and resume anywhere. */
import { UserError } from '../../contract/errors.ts'
import type { JudgePair } from '../../contract/records.ts'
import {
  type Presentation,
  presentations,
  remaining,
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
import { configOf } from './evaluation-config.ts'

/** The kind of an evaluation that a person makes. */
const blindKind = 'blind'

interface Session {
  evaluation: Evaluation
  /** The person's name. */
  judge: string
  seed: number
  pairs: JudgePair[]
  /** What is left to judge, in the order and on the sides that the seed gives. */
  left: Presentation[]
  /** Number of pairs judged or skipped. */
  answered: number
}

export type Answer = 'left' | 'tie' | 'right' | 'skip'

/** @param count at most this many of the pairs, drawn at random */
export function startBlindSession(
  db: Db,
  source: Evaluation,
  { judge, count }: { judge: string; count: number },
): Evaluation {
  const { pairs, candidate, reference } = configOf(source)
  if (pairs.length === 0)
    throw new UserError(
      'bad_input',
      `${source.name} has no stored pairs. Re-run the evaluation, then judge it manually.`,
    )
  const seed = listEvaluations(db).length + 1
  const drawn = presentations(pairs, seed, 1).slice(0, count)
  return createEvaluation(db, {
    kind: blindKind,
    name: source.name,
    runId: null,
    config: { of: source.id, judge, seed, candidate, reference, pairs: drawn.map(({ pair }) => pair) },
  })
}

/** The next pair as the person sees it; null if none is left. */
export function nextBlindPair(db: Db, id: string) {
  const { left, answered, pairs } = sessionOf(db, id)
  const [next] = left
  if (!next) return null
  const { pairId, prompt, context, first, second } = toQuestion(next)
  const shown = { pairId, prompt, context, left: first.text, right: second.text }
  return { ...shown, judged: answered, total: pairs.length }
}

const preferences = { left: 0, tie: 0.5, right: 1 }

/** Stores an answer; the last one finishes the evaluation. @throws UserError `conflict` if the pair has an answer */
export function vote(
  db: Db,
  id: string,
  { pairId, answer, elapsedMs }: { pairId: string; answer: Answer; elapsedMs: number },
): { judged: number; total: number; isFinished: boolean } {
  const { left, judge } = sessionOf(db, id)
  const shown = left.find(({ pair }) => pair.id === pairId)
  if (!shown) throw new UserError('conflict', 'This pair has already been judged.')
  if (answer === 'skip') addSkippedPair(db, id, { pairId, judge, swapped: shown.swapped, elapsedMs })
  else {
    const reply = { preferSecond: preferences[answer], rawReply: '', elapsedMs }
    addJudgements(db, id, [toJudgement(shown, judge, reply)])
  }
  const after = sessionOf(db, id)
  const isFinished = after.left.length === 0
  if (isFinished) finish(db, after)
  return { judged: after.answered, total: after.pairs.length, isFinished }
}

/** Takes the last answer back. @returns the number of answers left */
export function undoVote(db: Db, id: string): number {
  deleteLastAnswer(db, sessionOf(db, id).evaluation.id)
  return sessionOf(db, id).answered
}

/** @throws UserError if the evaluation is an automatic judge's */
function sessionOf(db: Db, id: string): Session {
  const evaluation = getEvaluation(db, id)
  if (evaluation.kind !== blindKind)
    throw new UserError('bad_input', 'Pairs can be judged manually only in a blind comparison.')
  const config = configOf(evaluation)
  const { seed, pairs } = config
  const judge = String(config.judge)
  const answers = [...listJudgements(db, id), ...listSkippedPairs(db, id)]
  const left = remaining(presentations(pairs, seed, 1), judge, answers)
  return { evaluation, judge, seed, pairs, left, answered: answers.length }
}

/** There is no result if every pair was skipped. */
function finish(db: Db, { evaluation, seed, pairs }: Session): void {
  const judgements = listJudgements(db, evaluation.id)
  if (judgements.length === 0) return
  finishEvaluation(db, evaluation.id, summarise(judgements, { seed, pairs }))
}
