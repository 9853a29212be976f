/**
 * What weakens a claim, in sentences, and p-values corrected for the number of comparisons. The command line, the page and
 * the report all take them from here.
 */
import { type AnyJudgeSpec, judgeKindOf } from './judge-kinds.ts'
import type { ResultRecord } from './report.ts'
import type { PpoConfig } from './run-kinds/ppo.ts'

/** Bootstrap intervals over fewer seeds are too narrow: nominal 95% intervals over 2 covered 78 to 95% in a simulation. */
export const minSeeds = 4

/** @param seeds training seeds that an interval is over; 1 if it is over prompts only */
export function seedWarnings(seeds: number): string[] {
  if (seeds <= 1 || seeds >= minSeeds) return []
  return [
    `The interval is over ${seeds} seeds. With fewer than ${minSeeds} it is too narrow: treat a difference as shown only if every seed shows it.`,
  ]
}

/** @param rewardModel whether the compared models were trained on a reward model's rewards */
export function sameKindWarnings(judge: AnyJudgeSpec, rewardModel: boolean): string[] {
  if (!rewardModel || judgeKindOf(judge).model !== 'reward') return []
  return [
    'The judge is a reward model, and what it judges was trained on the rewards of one: the policy may have found weaknesses that both share. Confirm the result with a judge of another kind, such as reference:chrf, or with people.',
  ]
}

const tripwireNames: Record<keyof PpoConfig['tripwires'], string> = {
  maxKl: 'max KL',
  lengthChange: 'length change',
  maxRepetition: 'repetition',
  minEosRate: 'EOS rate',
  judgeDrop: 'win rate drop',
}

export function tripwireWarnings(tripwires: PpoConfig['tripwires']): string[] {
  const off = Object.entries(tripwireNames).flatMap(([key, name]) =>
    Reflect.get(tripwires, key) === null ? [name] : [],
  )
  if (off.length === 0) return []
  return [
    `Tripwires were switched off (${off.join(', ')}), so nothing paused a run that drifted there. Read samples before you trust its result.`,
  ]
}

/**
 * Holm's adjusted p-values (Holm 1979, "A simple sequentially rejective multiple test procedure"): with the m p-values
 * ascending, the i-th is max over j ≤ i of min(1, (m − j + 1) · pⱼ). An adjusted value below 5% keeps the chance of any
 * false finding among the m below 5%.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = pValues.map(() => 1)
  let largest = 0
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[i]!))
    adjusted[i] = largest
  }
  return adjusted
}

/** Sign tests' p-values by Holm: of all arms against the reference, and of all pairs of arms against each other. */
export function adjustedPValues({ arms, headToHead }: Pick<ResultRecord, 'arms' | 'headToHead'>): {
  arms: ReadonlyMap<string, number>
  headToHead: number[]
} {
  const ofArms = holm(arms.map(({ signTestP }) => signTestP))
  return {
    arms: new Map(arms.map(({ name }, i) => [name, ofArms[i]!])),
    headToHead: holm(headToHead.map(({ signTestP }) => signTestP)),
  }
}
