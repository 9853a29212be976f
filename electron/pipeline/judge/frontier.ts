/**
 * Arms compared at an equal distance from the reference: each arm was run at several strengths of the KL penalty,
 * and its win rate is read off at one KL for all. Moving further is no merit of a reward.
 */
import assert from 'node:assert/strict'
import type { RandomKey } from '../../engine/random.ts'
import { bootstrapInterval, type Interval } from './bootstrap.ts'

/** One arm at one strength of the penalty. */
export interface FrontierPoint {
  /** Mean KL of a response from the reference, in nats; over 0. */
  kl: number
  /** Preference over the reference's answer, in [0, 1]: one row a seed, one column a prompt (S, N). */
  preferences: readonly ArrayLike<number>[]
}

/** The largest KL that every arm has reached. */
export function commonKl(arms: readonly (readonly FrontierPoint[])[]): number {
  return Math.min(...arms.map((points) => Math.max(...points.map(({ kl }) => kl))))
}

/**
 * An arm's preferences at a KL, linearly between its two runs on either side of it; below its first run between
 * that and the reference itself, which ties with its own answers at a KL of 0.
 * @param kl at most the arm's largest
 * @returns (S, N)
 */
export function preferencesAt(points: readonly FrontierPoint[], kl: number): Float64Array[] {
  const sorted = [...points].sort((a, b) => a.kl - b.kl)
  const next = sorted.findIndex((point) => point.kl >= kl)
  assert(next >= 0, `No run of this arm has reached a KL of ${kl}.`)
  const above = sorted[next]!
  const below = sorted[next - 1] ?? { kl: 0, preferences: above.preferences.map(tie) }
  const weight = (kl - below.kl) / (above.kl - below.kl)
  return above.preferences.map((row, s) =>
    Float64Array.from(row, (p, i) => weight * p + (1 - weight) * below.preferences[s]![i]!),
  )
}

const tie = (row: ArrayLike<number>) => new Float64Array(row.length).fill(0.5)

export interface Level {
  /** Percent; a difference in points. */
  value: number
  /** 95%, over prompts and seeds; each run's KL is taken as known. */
  interval: Interval
}

/** An arm's win rate over the reference at a KL. */
export function winRateAt(points: readonly FrontierPoint[], kl: number, key: RandomKey): Level {
  return levelOf(preferencesAt(points, kl), key)
}

/** By how many points the win rate of one arm passes another's at a KL, paired by prompt and seed. */
export function differenceAt(
  arm: readonly FrontierPoint[],
  opponent: readonly FrontierPoint[],
  kl: number,
  key: RandomKey,
): Level {
  const theirs = preferencesAt(opponent, kl)
  return levelOf(
    preferencesAt(arm, kl).map((row, s) => row.map((p, i) => p - theirs[s]![i]!)),
    key,
  )
}

function levelOf(values: readonly Float64Array[], key: RandomKey): Level {
  const all = values.flatMap((row) => [...row])
  const { low, high } = bootstrapInterval(values, key)
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  return { value: 100 * mean, interval: { low: 100 * low, high: 100 * high } }
}
