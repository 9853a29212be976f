/**
 * A win rate by people's votes on some pairs and an automatic judge's verdicts on all of them: the judge's rate, corrected
 * by how far it is from people where both judged.
 */
import { zOfConfidence } from './confidence.ts'
import { mean } from './win-rate.ts'

/** A pair that people and the judge judged. Preferences for the candidate, in [0, 1]. */
export interface VotedPair {
  human: number
  judge: number
  /** Pairs of the same prompt are not independent. */
  prompt: string
}

export interface CorrectedRate {
  /** Percent. */
  winRate: number
  /** 95% interval by the normal approximation, in percent. */
  interval: { low: number; high: number }
  /** How much the judge's verdicts count: 0 not at all, 1 in full. */
  weight: number
}

/**
 * Prediction-powered inference (Angelopoulos et al. 2023, "Prediction-powered inference", Science 382) with power tuning
 * (Angelopoulos, Duchi and Zrnic 2023, PPI++, arXiv 2311.01453), for a mean: λ · mean judge over the other pairs +
 * mean (human − λ · judge) over the voted ones, with λ = cov(human, judge) / ((1 + n/N) var judge), limited to [0, 1].
 * It is valid if the voted pairs were drawn at random, however bad the judge is. The standard error sums each prompt's
 * terms before it squares them; with one pair per prompt it is PPI's.
 *
 * @param voted at least two
 * @param others the judge's verdicts on pairs without a vote
 */
export function correctedWinRate(
  voted: readonly VotedPair[],
  others: readonly Omit<VotedPair, 'human'>[],
): CorrectedRate {
  const weight = weightOf(voted, others)
  const corrections = voted.map(({ human, judge }) => human - weight * judge)
  const predictions = others.map(({ judge }) => weight * judge)
  const correction = mean(corrections)
  const prediction = others.length === 0 ? 0 : mean(predictions)
  const terms = [
    ...voted.map(({ prompt }, i) => ({ prompt, value: (corrections[i]! - correction) / voted.length })),
    ...others.map(({ prompt }, i) => ({ prompt, value: (predictions[i]! - prediction) / others.length })),
  ]
  const byPrompt = Map.groupBy(terms, ({ prompt }) => prompt)
  const variance = [...byPrompt.values()].reduce(
    (sum, own) => sum + own.reduce((total, { value }) => total + value, 0) ** 2,
    0,
  )
  const rate = correction + prediction
  const margin = zOfConfidence * Math.sqrt(variance)
  const percent = (value: number) => 100 * Math.min(1, Math.max(0, value))
  return {
    winRate: percent(rate),
    interval: { low: percent(rate - margin), high: percent(rate + margin) },
    weight,
  }
}

/** λ; 0 if there are no other pairs, or if the judge gives one verdict to all. */
function weightOf(voted: readonly VotedPair[], others: readonly { judge: number }[]): number {
  if (others.length === 0) return 0
  const all = [...voted, ...others].map(({ judge }) => judge)
  const centre = mean(all)
  const variance = all.reduce((sum, judge) => sum + (judge - centre) ** 2, 0) / (all.length - 1)
  if (variance === 0) return 0
  const [human, judge] = [mean(voted.map((pair) => pair.human)), mean(voted.map((pair) => pair.judge))]
  const covariance = mean(voted.map((pair) => (pair.human - human) * (pair.judge - judge)))
  return Math.min(1, Math.max(0, covariance / ((1 + voted.length / others.length) * variance)))
}
