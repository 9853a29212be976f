/**
 * KTO's reference point: the mean change of responses after prompts that they do not answer, at least 0, without
 * gradient (Ethayarajh et al. 2024). As in TRL, a prompt is put before the responses of its neighbour in the data; here
 * in a fixed order, so that the reference scores them once, and over the whole step, so that micro-batches agree.
 */
import { UserError } from '../../contract/errors.ts'
import { commonLengths, type QueryResponse } from '../../engine/training/batch.ts'
import { checkContext } from '../../engine/training/examples.ts'
import type { ResponseScorer, ScoredPair } from './inputs.ts'

/** @returns the reference point of a step, given its pairs as the policy is now */
export function referencePoint(
  pairs: readonly ScoredPair[],
  scorer: ResponseScorer,
  limits: { maxPositions: number },
): (step: readonly ScoredPair[]) => number {
  if (pairs.length < 2)
    throw new UserError('bad_input', 'Loss kto needs two pairs or more, for responses to other prompts.')
  const mismatched = pairs.map((pair, i) => otherResponses(pair, pairs[(i + 1) % pairs.length]!))
  const lengths = commonLengths(mismatched.flat())
  for (const { query, response } of mismatched.flat())
    checkContext('Loss kto', query.length, response.length, limits)
  const before = scorer.totals(mismatched.flat(), lengths)
  const indices = new Map(pairs.map((pair, i) => [pair, i]))
  return (step) => {
    const rows = step.map((pair) => indices.get(pair)!)
    const now = scorer.totals(
      rows.flatMap((i) => mismatched[i]!),
      lengths,
    )
    const changes = now.map((total, n) => total - before[2 * rows[Math.floor(n / 2)]! + (n % 2)]!)
    return Math.max(0, changes.reduce((sum, change) => sum + change, 0) / changes.length)
  }
}

function otherResponses({ chosen: { query } }: ScoredPair, other: ScoredPair): QueryResponse[] {
  return [other.rejected, other.chosen].map(({ response }) => ({ query, response }))
}
