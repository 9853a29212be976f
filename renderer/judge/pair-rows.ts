/** What a judge's verdicts say about each pair, and which pairs are listed. */
import type { Pair, Pairs } from './pairs-card.tsx'

export type Outcome = Pair['others'][number]
export type OutcomeFilter = Outcome | 'all'

export const outcomeWords: { [Each in Outcome]: string } = { win: 'Won', tie: 'Tied', loss: 'Lost' }

/** Of the mean over both orders, each order counted once; null if the pair has no verdict. */
export function outcomeOfPair({ verdicts }: Pick<Pair, 'verdicts'>): Outcome | null {
  const orders = [false, true].flatMap((swapped) => {
    const own = verdicts.filter((verdict) => verdict.swapped === swapped)
    return own.length === 0 ? [] : [own.reduce((sum, { preference }) => sum + preference, 0) / own.length]
  })
  if (orders.length === 0) return null
  return outcomeOf(orders.reduce((sum, order) => sum + order, 0) / orders.length)
}

export function outcomeOf(preference: number): Outcome {
  if (preference === 0.5) return 'tie'
  return preference > 0.5 ? 'win' : 'loss'
}

/** @param disagreements if given, only these pairs */
export function filteredPairs(
  pairs: readonly Pair[],
  outcome: OutcomeFilter,
  disagreements?: Pairs['agreement'][number]['disagreements'],
): Pair[] {
  const differing = disagreements && new Set(disagreements.map(({ pairId }) => pairId))
  return pairs.filter(
    (pair) =>
      (outcome === 'all' || outcomeOfPair(pair) === outcome) && (!differing || differing.has(pair.id)),
  )
}
