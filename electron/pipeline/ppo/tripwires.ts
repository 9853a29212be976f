/** Conditions under which a run pauses automatically, each with the sentence that the user reads. */
import type { StepMetrics } from '../../contract/metrics.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'

export type Tripwire = keyof PpoConfig['tripwires']

/** What tripwires compare against; part of the run's saved state. */
export interface TripwireState {
  /** Those that have paused the run: the user who resumed it knows, and they do not trip again. */
  acknowledged: Tripwire[]
  firstLength: number | null
  bestWinRate: number | null
  scoresAtBest: number | null
}

export const initialTripwires: TripwireState = {
  acknowledged: [],
  firstLength: null,
  bestWinRate: null,
  scoresAtBest: null,
}

/** Whether this step's win rate, if it has one, is the best so far. */
export function isBestWinRate(metrics: StepMetrics, { bestWinRate }: TripwireState): boolean {
  const winRate = metrics['judge/win_rate']
  return winRate !== undefined && winRate > (bestWinRate ?? Number.NEGATIVE_INFINITY)
}

/** @returns the state after this step */
export function updatedTripwires(
  state: TripwireState,
  metrics: StepMetrics,
  tripped: Tripped | null,
): TripwireState {
  const isBest = isBestWinRate(metrics, state)
  return {
    acknowledged: tripped ? [...state.acknowledged, tripped.wire] : state.acknowledged,
    firstLength: state.firstLength ?? metrics['response/length'] ?? null,
    bestWinRate: isBest ? metrics['judge/win_rate']! : state.bestWinRate,
    scoresAtBest: isBest ? (metrics['objective/scores'] ?? null) : state.scoresAtBest,
  }
}

export interface Tripped {
  wire: Tripwire
  /** Why the run should pause. */
  reason: string
}

/**
 * @param state before this step
 * @returns the first wire that trips, or null
 */
export function trippedBy(
  metrics: StepMetrics,
  state: TripwireState,
  limits: PpoConfig['tripwires'],
): Tripped | null {
  for (const [wire, check] of Object.entries(checks) as [Tripwire, Check][]) {
    const limit = limits[wire]
    const reason = limit === null || state.acknowledged.includes(wire) ? null : check(limit, metrics, state)
    if (reason !== null) return { wire, reason }
  }
  return null
}

/** @returns why it trips, or null */
type Check = (limit: number, metrics: StepMetrics, state: TripwireState) => string | null

const checks: Record<Tripwire, Check> = {
  maxKl(limit, metrics) {
    const kl = metrics['objective/kl']!
    return kl > limit
      ? `KL rose to ${kl.toFixed(1)} (limit ${limit}). Raise the KL coefficient or lower the learning rate.`
      : null
  },
  lengthChange(limit, metrics, { firstLength }) {
    const length = metrics['response/length']!
    if (firstLength === null || Math.abs(length / firstLength - 1) <= limit) return null
    return `Mean length went from ${firstLength.toFixed(0)} to ${length.toFixed(0)} tokens (limit ±${100 * limit}%). The reward may favour length.`
  },
  maxRepetition(limit, metrics) {
    const share = metrics['response/repetition']!
    return share > limit ? `${percent(share)} of 4-grams are repeats (limit ${percent(limit)}).` : null
  },
  minEosRate(limit, metrics) {
    const rate = metrics['response/eos_rate']!
    if (rate >= limit) return null
    return `Only ${percent(rate)} of responses ended with EOS (limit ${percent(limit)}). Raise the maximum length or the missing-EOS penalty.`
  },
  judgeDrop(limit, metrics, { bestWinRate, scoresAtBest }) {
    const winRate = metrics['judge/win_rate']
    if (winRate === undefined || bestWinRate === null || scoresAtBest === null) return null
    if (winRate >= bestWinRate - 100 * limit || metrics['objective/scores']! <= scoresAtBest) return null
    return `The reward still rises, but the judge's win rate fell from ${bestWinRate.toFixed(1)}% to ${winRate.toFixed(1)}%: the policy is exploiting the reward model.`
  },
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`
}
