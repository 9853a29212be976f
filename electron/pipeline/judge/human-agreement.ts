/** How often a judge's verdicts agree with human votes on the same pairs. */
import type { HumanAgreement } from '../../contract/judge.ts'
import type { RandomKey } from '../../engine/random.ts'
import { cohensKappa, type Outcome, outcomeOf } from './agreement.ts'
import { bootstrapPercent } from './bootstrap.ts'
import type { Verdict } from './verdicts.ts'
import { mean } from './win-rate.ts'

/** A judge's verdict on a pair with a human vote; `vote` is for B: 0, ½ for a tie, 1. */
export interface Voted extends Verdict {
  vote: number
}

/** How often the judge prefers the answer that people preferred; pairs on which they voted for a tie are left out. */
export function humanAgreement(voted: readonly Voted[], key: RandomKey): HumanAgreement {
  const decided = voted.filter(({ vote }) => vote !== 0.5)
  if (decided.length === 0) return { n: 0, agreement: null, interval: null }
  const agrees = decided.map(({ preference, vote }) => agreementOf(outcomeOf(preference), outcomeOf(vote)))
  return { n: decided.length, agreement: 100 * mean(agrees), interval: bootstrapPercent([agrees], key) }
}

function agreementOf(judge: Outcome, people: Outcome): number {
  if (judge === 'tie') return 0.5
  return judge === people ? 1 : 0
}

/** Cohen's kappa over all pairs, with a tie as a third verdict. */
export function humanKappa(voted: readonly Voted[]): number | null {
  return cohensKappa(
    voted.map(({ preference }) => outcomeOf(preference)),
    voted.map(({ vote }) => outcomeOf(vote)),
  ).kappa
}
