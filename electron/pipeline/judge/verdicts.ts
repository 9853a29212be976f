/** One verdict per pair, from the judgements of both orders. */
import type { Judgement } from '../../contract/records.ts'
import { outcomeOf } from './agreement.ts'
import { mean } from './win-rate.ts'

/** One pair's judgements taken together. */
export interface Verdict {
  pairId: string
  /** Mean preference for B over the orders in which the pair was shown. */
  preference: number
  /** Whether the two orders gave different outcomes; null if only one was judged. */
  inconsistent: boolean | null
}

/** One verdict per pair, in the order in which the pairs first appear. All judgements must be one judge's. */
export function verdicts(judgements: readonly Judgement[]): Verdict[] {
  const byPair = Map.groupBy(judgements, (judgement) => judgement.pairId)
  return [...byPair].map(([pairId, shown]) => {
    const orders = [false, true].flatMap((swapped) => {
      const preferences = shown.filter((j) => j.swapped === swapped).map((j) => j.preference)
      return preferences.length === 0 ? [] : [mean(preferences)]
    })
    const [one, other] = orders
    return {
      pairId,
      preference: mean(orders),
      inconsistent: other === undefined ? null : outcomeOf(one!) !== outcomeOf(other),
    }
  })
}
