/** How far the probabilities that a reward model gives to pairs come true. */
import { type Calibration, calibration } from '../../engine/statistics/classification.ts'

/**
 * Each pair as a claim: the side that the logit favours is better, with probability σ(|logit|).
 * @param logits as the model's scheme gives them
 * @returns null if a pair has no logit, or there are no pairs
 */
export function pairCalibration(logits: readonly (number | null)[]): Calibration | null {
  const all = logits.filter((logit) => logit !== null)
  if (all.length === 0 || all.length < logits.length) return null
  return calibration(
    all.map((logit) => 1 / (1 + Math.exp(-Math.abs(logit)))),
    all.map((logit) => logit > 0),
  )
}
