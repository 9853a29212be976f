/**
 * Compares arms at equal distances from where they started: each arm was run at several strengths of the KL penalty, and
 * the win rates of all are interpolated at the same KLs. A reward does not earn credit for moving the policy further.
 */
import assert from 'node:assert/strict'
import type { RandomKey } from '../../engine/random.ts'
import { bootstrapInterval, type Interval } from './bootstrap.ts'

/** One arm at one strength of the penalty. */
export interface FrontierPoint {
  /**
   * Mean KL of a response from the policy that the arms started from, in nats; 0 for that policy itself, which is given
   * where it is not the reference.
   */
  kl: number
  /** Preference over the reference's answer, in [0, 1]: one row per seed, one column per prompt (S, N). */
  preferences: readonly ArrayLike<number>[]
}

/** KLs in nats, both ends included. */
export interface KlRange {
  low: number
  high: number
}

/**
 * The KLs that every arm has runs on both sides of: from the largest of the arms' minima to the smallest of their
 * maxima. If there are none, only the largest KL that every arm reached.
 */
export function sharedKls(arms: readonly (readonly FrontierPoint[])[]): KlRange {
  const ends = arms.map((points) => points.map(({ kl }) => kl).filter((kl) => kl > 0))
  const high = Math.min(...ends.map((kls) => Math.max(...kls)))
  return { low: Math.min(high, Math.max(...ends.map((kls) => Math.min(...kls)))), high }
}

/**
 * An arm's preferences at a KL, interpolated linearly between its runs on either side; below its first run, between that
 * and where it started: the reference ties with its own answers.
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

/** Number of steps that the range is averaged over. */
const gridSteps = 10

/** An arm's preferences, averaged evenly over a range of KLs. @returns (S, N) */
export function preferencesOver(points: readonly FrontierPoint[], { low, high }: KlRange): Float64Array[] {
  const grid = Array.from({ length: gridSteps + 1 }, (_, i) =>
    // The last point is the end itself: rounding must not exceed it.
    preferencesAt(points, i === gridSteps ? high : low + (i / gridSteps) * (high - low)),
  )
  return grid[0]!.map((row, s) =>
    row.map((_, i) => grid.reduce((sum, preferences) => sum + preferences[s]![i]!, 0) / grid.length),
  )
}

export interface Level {
  /** Percent; a difference in points. */
  value: number
  /** 95%, over prompts and seeds; each run's KL is treated as exact. */
  interval: Interval
}

/** An arm's mean win rate over the reference in a range of KLs. */
export function winRateOver(points: readonly FrontierPoint[], kls: KlRange, key: RandomKey): Level {
  return levelOf(preferencesOver(points, kls), key)
}

/** By how many points one arm's mean win rate exceeds another's in a range of KLs, paired by prompt and seed. */
export function differenceOver(
  arm: readonly FrontierPoint[],
  opponent: readonly FrontierPoint[],
  kls: KlRange,
  key: RandomKey,
): Level {
  return differenceOf(preferencesOver(arm, kls), preferencesOver(opponent, kls), key)
}

/**
 * By how many points one arm's win rate over the reference exceeds another's, paired by prompt and seed.
 * @param arm preferences over the reference, in [0, 1] (S, N)
 */
export function differenceOf(
  arm: readonly Float64Array[],
  opponent: readonly Float64Array[],
  key: RandomKey,
): Level {
  return levelOf(
    arm.map((row, s) => row.map((p, i) => p - opponent[s]![i]!)),
    key,
  )
}

function levelOf(values: readonly Float64Array[], key: RandomKey): Level {
  const all = values.flatMap((row) => [...row])
  const { low, high } = bootstrapInterval(values, key)
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  return { value: 100 * mean, interval: { low: 100 * low, high: 100 * high } }
}
