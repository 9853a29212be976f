/** How often two judges, or one judge in both orders, give the same verdict. */
import assert from 'node:assert/strict'

export type Outcome = 'win' | 'tie' | 'loss'

/** The outcome for B of a preference in [0, 1]. */
export function outcomeOf(preference: number): Outcome {
  if (preference === 0.5) return 'tie'
  return preference > 0.5 ? 'win' : 'loss'
}

export interface Agreement {
  n: number
  /** Share of items on which both give the same verdict. */
  agreement: number
  /** Cohen's kappa (1960): agreement above chance, relative to the maximum possible; null if chance alone gives full agreement. */
  kappa: number | null
}

/** Agreement of two judges on the same items, in the same order; at least one. */
export function cohensKappa(first: readonly string[], second: readonly string[]): Agreement {
  const n = first.length
  assert(n > 0 && n === second.length, 'Agreement needs two verdicts per item, on at least one item.')
  const agreement = first.filter((verdict, i) => verdict === second[i]).length / n
  const share = (verdicts: readonly string[], value: string) => verdicts.filter((v) => v === value).length / n
  const byChance = [...new Set(first)].reduce((sum, v) => sum + share(first, v) * share(second, v), 0)
  return { n, agreement, kappa: byChance === 1 ? null : (agreement - byChance) / (1 - byChance) }
}
