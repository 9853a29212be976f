/**
 * Bootstrap intervals of a mean verdict: prompts are resampled with replacement, and seeds too if there are several.
 * Comparisons stay paired because a prompt is drawn with all its values.
 */
import assert from 'node:assert/strict'
import { integers, type RandomKey } from '../../engine/random.ts'
import { quantile } from '../../engine/statistics/quantile.ts'
import { confidenceLevel } from './confidence.ts'

export interface Interval {
  low: number
  high: number
}

const resamples = 4000

/** Mean over the drawn seeds and prompts of one resample. */
function resampledMean(values: readonly ArrayLike<number>[], seeds: Int32Array, prompts: Int32Array): number {
  let sum = 0
  for (const seed of seeds) {
    const row = values[seed]!
    for (const prompt of prompts) sum += row[prompt]!
  }
  return sum / (seeds.length * prompts.length)
}

/**
 * 95% percentile interval of the mean. For the difference of two arms pass the differences of their values.
 *
 * @param values one row per seed, one column per prompt (S, N); every row has the same prompts in the same order
 */
export function bootstrapInterval(values: readonly ArrayLike<number>[], key: RandomKey): Interval {
  const prompts = values[0]?.length ?? 0
  assert(prompts > 0, 'A bootstrap needs at least one value.')
  assert(
    values.every((row) => row.length === prompts),
    'Every seed must have the same prompts.',
  )
  const [means] = resampledMeans([values], key)
  return intervalOf(means!)
}

/**
 * Means of several arms over the same resamples, so that the difference of two of them is paired.
 *
 * @param arms values of each (S, N), all with the same seeds and prompts in the same order
 */
export function resampledMeans(
  arms: readonly (readonly ArrayLike<number>[])[],
  key: RandomKey,
): Float64Array[] {
  const seeds = arms[0]?.length ?? 0
  const prompts = arms[0]?.[0]?.length ?? 0
  const means = arms.map(() => new Float64Array(resamples))
  for (let r = 0; r < resamples; r++) {
    const drawnSeeds = integers({ ...key, stream: `${key.stream}/seeds` }, r, seeds, seeds)
    const drawnPrompts = integers({ ...key, stream: `${key.stream}/prompts` }, r, prompts, prompts)
    for (const [i, values] of arms.entries()) means[i]![r] = resampledMean(values, drawnSeeds, drawnPrompts)
  }
  return means
}

/** The central 95% of resampled means. */
export function intervalOf(means: Float64Array): Interval {
  const sorted = means.toSorted()
  return {
    low: quantile(sorted, (1 - confidenceLevel) / 2),
    high: quantile(sorted, (1 + confidenceLevel) / 2),
  }
}

/** The same for values in [0, 1], in percent. */
export function bootstrapPercent(values: readonly ArrayLike<number>[], key: RandomKey): Interval {
  const { low, high } = bootstrapInterval(values, key)
  return { low: 100 * low, high: 100 * high }
}
