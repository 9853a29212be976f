/** An automatic judge's win rate, corrected by people who judged some of the same pairs blind. */
import { correctedWinRate } from '../../pipeline/judge/prediction-powered.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import { mean } from '../../pipeline/judge/win-rate.ts'
import { type Db, type Evaluation, listJudgements } from '../../storage/index.ts'
import { blindKind } from './blind-session.ts'
import { configOf } from './evaluation-config.ts'

/** Fewer votes say too little about how far the judge is from people. */
const minVotes = 20

/**
 * @param evaluations all of the project
 * @returns null for a blind comparison, and if people judged fewer than 20 of the pairs
 */
export function correctedRateOf(db: Db, evaluation: Evaluation, evaluations: readonly Evaluation[]) {
  if (evaluation.kind === blindKind) return null
  const votes = votesOn(db, evaluation, evaluations)
  // The rest is slow to read, and most evaluations have no votes.
  if (votes.size < minVotes) return null
  const { pairs } = configOf(evaluation)
  const promptOf = new Map(pairs.map(({ id, item }) => [id, item]))
  const judged = verdicts(listJudgements(db, evaluation.id)).map(({ pairId, preference }) => ({
    judge: preference,
    human: votes.get(pairId),
    prompt: promptOf.get(pairId) ?? pairId,
  }))
  const voted = judged.flatMap(({ human, ...pair }) => (human === undefined ? [] : [{ ...pair, human }]))
  if (voted.length < minVotes) return null
  const others = judged.filter(({ human }) => human === undefined)
  return { ...correctedWinRate(voted, others), votes: voted.length, others: others.length }
}

/** People's mean preference for B on each pair that they judged. */
function votesOn(db: Db, { id }: Evaluation, evaluations: readonly Evaluation[]): Map<string, number> {
  const sessions = evaluations.filter((other) => other.kind === blindKind && configOf(other).of === id)
  const all = sessions.flatMap((session) => verdicts(listJudgements(db, session.id)))
  const byPair = Map.groupBy(all, ({ pairId }) => pairId)
  return new Map([...byPair].map(([pairId, own]) => [pairId, mean(own.map(({ preference }) => preference))]))
}
