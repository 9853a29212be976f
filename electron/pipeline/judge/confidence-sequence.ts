/**
 * A confidence sequence for a mean of values in [0, 1]: an interval after each value, all of which contain the mean with a
 * probability of 95%. One may therefore look after every verdict, and stop when the interval leaves out 50%.
 *
 * It is the hedged capital process of Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by
 * betting" (arXiv 2010.09686): two gamblers bet against the mean m, one that it is higher, one
 * that it is lower. Their capital is K±(m) = Π (1 ± λ± (x − m)), and m is left out once max(K⁺, K⁻) / 2 exceeds 1/α.
 */
import { confidenceLevel } from './confidence.ts'

const alpha = 1 - confidenceLevel
/** The largest share of its capital that a gambler risks. */
const maxRisk = 0.5
const bisections = 40

/** Predictable bets, before they are limited: λ_t = √(2 log(2/α) / (σ̂²_{t−1} · t · log(1 + t))), with σ̂²₀ = ¼. */
function betsOn(values: readonly number[]): number[] {
  let sum = 0.5
  let squares = 0.25
  let variance = 0.25
  return values.map((value, i) => {
    const t = i + 1
    const bet = Math.sqrt((2 * Math.log(2 / alpha)) / (variance * t * Math.log(1 + t)))
    sum += value
    squares += (value - sum / (t + 1)) ** 2
    variance = squares / (t + 1)
    return bet
  })
}

type Side = 'higher' | 'lower'

/** Log capital, after each value, of the gambler who bets that the mean is higher, or lower, than m. */
export function logCapital(values: readonly number[], m: number, side: Side): number[] {
  const bets = betsOn(values)
  let capital = 0
  return values.map((value, i) => {
    const [distance, gain] = side === 'higher' ? [m, value - m] : [1 - m, m - value]
    // With a limit of 0.5 / 0 the bet is what it is: the gain cannot be negative.
    const bet = Math.min(bets[i]!, distance === 0 ? Number.POSITIVE_INFINITY : maxRisk / distance)
    capital += Math.log1p(bet * gain)
    return capital
  })
}

/** Whether the gambler ever had enough to rule m out; the farther m, the sooner. */
function isRuledOut(values: readonly number[], m: number, side: Side): boolean {
  const enough = Math.log(2 / alpha)
  return logCapital(values, m, side).some((capital) => capital > enough)
}

/**
 * The intersection of the intervals after each value, in percent.
 * @param values in [0, 1], in the order in which they came; each with the same mean given those before it
 */
export function confidenceSequence(values: readonly number[]): { low: number; high: number } {
  const edge = (side: Side, start: number, end: number) => {
    if (!isRuledOut(values, start, side)) return start
    let [out, inside] = [start, end]
    for (let i = 0; i < bisections; i++) {
      const middle = (out + inside) / 2
      if (isRuledOut(values, middle, side)) out = middle
      else inside = middle
    }
    return out
  }
  return { low: 100 * edge('higher', 0, 1), high: 100 * edge('lower', 1, 0) }
}

/** Whether the interval leaves out 50%. */
export function isDecided(values: readonly number[]): boolean {
  return isRuledOut(values, 0.5, 'higher') || isRuledOut(values, 0.5, 'lower')
}
