/**
 * What a number of prompts can show: the smallest difference from an even split that a two-sided test at the 5% level
 * detects with a power of 80%, and the number of prompts that a difference needs.
 *
 * A prompt's verdict is 1, ½ or 0, or their mean over seeds. Let V be its variance around ½ if the split is even; at a
 * win rate of ½ + d it is V − d². The difference is detected when d·√n = z(.975)·√V + z(.8)·√(V − d²) (normal
 * approximation: Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", chapter 4).
 */
import assert from 'node:assert/strict'
import { zOfConfidence } from './confidence.ts'
import { mean } from './win-rate.ts'

/** Quantile of the normal distribution at the power: z(.8). */
const zOfPower = 0.8416212335729143

/** How far the verdicts on prompts are from ½. */
export interface Spread {
  /** Their variance at an even split. */
  variance: number
  /** How far the win rate would be from ½ if one side won every prompt that is not a tie. */
  reach: number
}

/** Of verdicts 1, ½ and 0 with a given share of ties. */
export function spreadWithTies(tieRate: number): Spread {
  assert(tieRate >= 0 && tieRate <= 1, `The tie rate must be in [0, 1]: ${tieRate}`)
  return { variance: (1 - tieRate) / 4, reach: (1 - tieRate) / 2 }
}

/** Of verdicts in [0, 1], one per prompt. For 1, ½ and 0 alone it equals `spreadWithTies` of the share of ties. */
export function spreadOf(verdicts: readonly number[]): Spread {
  const fromTie = verdicts.map((verdict) => Math.abs(2 * verdict - 1))
  return {
    variance: (1 - mean(fromTie.map((distance) => 1 - distance ** 2))) / 4,
    reach: (1 - mean(fromTie.map((distance) => 1 - distance))) / 2,
  }
}

/** No ties: the worst case. */
const untied = spreadWithTies(0)

/** @returns points of win rate away from 50; null if not even winning every untied prompt could be detected */
export function smallestDetectableDifference(prompts: number, spread: Spread = untied): number | null {
  const { variance, reach } = spread
  const a = prompts + zOfPower ** 2
  const halfB = Math.sqrt(prompts * variance) * zOfConfidence
  const c = variance * (zOfConfidence ** 2 - zOfPower ** 2)
  const discriminant = halfB ** 2 - a * c
  if (prompts === 0 || variance === 0 || discriminant < 0) return null
  const difference = (halfB + Math.sqrt(discriminant)) / a
  return difference > reach ? null : 100 * difference
}

/**
 * @param difference points of win rate away from 50
 * @returns prompts needed; null if there are too many ties for that difference to be possible
 */
export function promptsNeeded(difference: number, spread: Spread = untied): number | null {
  assert(difference > 0, `The difference must be above 0 points: ${difference}`)
  const { variance, reach } = spread
  const d = difference / 100
  if (d > reach) return null
  return Math.ceil(((zOfConfidence * Math.sqrt(variance) + zOfPower * Math.sqrt(variance - d ** 2)) / d) ** 2)
}
