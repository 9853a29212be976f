/** What a reward model holds of a pair, as a probability, and how far such probabilities come true. */
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { type Calibration, calibration } from '../../engine/statistics/classification.ts'

/** One response: a label and a reward for each token. */
export interface LabelledRewards {
  labels: ArrayLike<number>
  rewards: ArrayLike<number>
}

/**
 * Log-odds that `better` is the better response, as the scheme's loss takes them (losses.ts): the difference of the
 * responses' scores, or of the sums over changed tokens.
 * @param margin S(better) - S(worse)
 * @returns null for schemes whose loss compares no pairs
 */
export function preferenceLogit(
  scheme: RewardScheme,
  margin: number,
  worse: LabelledRewards,
  better: LabelledRewards,
): number | null {
  switch (scheme) {
    case 'sequence':
    case 'bt-mean':
      return margin
    case 'bt-changed':
      return changedSum(better) - changedSum(worse)
    case 'classify':
    case 'regress':
      return null
  }
}

function changedSum({ labels, rewards }: LabelledRewards): number {
  return Array.from(labels).reduce((sum, label, i) => sum + Math.abs(label) * rewards[i]!, 0)
}

/**
 * Each pair as a claim: the side that the logit favours is better, with probability σ(|logit|).
 * @returns null where a pair has no logit, or there are no pairs
 */
export function pairCalibration(logits: readonly (number | null)[]): Calibration | null {
  const known = logits.filter((logit) => logit !== null)
  if (known.length === 0 || known.length < logits.length) return null
  return calibration(
    known.map((logit) => 1 / (1 + Math.exp(-Math.abs(logit)))),
    known.map((logit) => logit > 0),
  )
}
