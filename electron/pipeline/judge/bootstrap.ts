/**
 * Bootstrap intervals of a mean verdict: prompts are drawn again with replacement, and seeds too where several
 * were run. Comparisons stay paired because a prompt brings all its values along.
 */
import assert from 'node:assert/strict'
import { integers, type RandomKey } from '../../engine/random.ts'

export interface Interval {
  low: number
  high: number
}

const RESAMPLES = 4000
const LEVEL = 0.95

/** Linear interpolation between order statistics, as NumPy's default. `sorted` ascends. */
function quantile(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

/** Mean over drawn seeds and drawn prompts of one resample. */
function resampledMean(values: readonly ArrayLike<number>[], seeds: Int32Array, prompts: Int32Array): number {
  let sum = 0
  for (const seed of seeds) {
    const row = values[seed]!
    for (const prompt of prompts) sum += row[prompt]!
  }
  return sum / (seeds.length * prompts.length)
}

/**
 * 95% percentile interval of the mean. For the difference of two arms give the differences of their values.
 *
 * @param values one row a seed, one column a prompt (S, N); every row has the same prompts in the same order
 */
export function bootstrapInterval(values: readonly ArrayLike<number>[], key: RandomKey): Interval {
  const seeds = values.length
  const prompts = values[0]?.length ?? 0
  assert(prompts > 0, 'A bootstrap needs at least one value.')
  assert(
    values.every((row) => row.length === prompts),
    'Every seed must have judged the same prompts.',
  )
  const means = new Float64Array(RESAMPLES)
  for (let r = 0; r < RESAMPLES; r++) {
    const drawnSeeds = integers({ ...key, stream: `${key.stream}/seeds` }, r, seeds, seeds)
    const drawnPrompts = integers({ ...key, stream: `${key.stream}/prompts` }, r, prompts, prompts)
    means[r] = resampledMean(values, drawnSeeds, drawnPrompts)
  }
  means.sort()
  return { low: quantile(means, (1 - LEVEL) / 2), high: quantile(means, (1 + LEVEL) / 2) }
}

/** The same of values in [0, 1], in percent. */
export function bootstrapPercent(values: readonly ArrayLike<number>[], key: RandomKey): Interval {
  const { low, high } = bootstrapInterval(values, key)
  return { low: 100 * low, high: 100 * high }
}
