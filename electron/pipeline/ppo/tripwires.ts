/** Conditions under which a run pauses by itself, each with the sentence that the user reads. */
import type { StepMetrics } from '../../contract/metrics.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'

export type Tripwire = keyof PpoConfig['tripwires']

/** What tripwires compare against; part of the run's saved state. */
export interface TripwireMemory {
  /** Those that paused the run already: who resumed it knows, and they don't trip again. */
  known: Tripwire[]
  firstLength: number | null
  bestWinRate: number | null
  scoresAtBest: number | null
}

export const freshMemory: TripwireMemory = {
  known: [],
  firstLength: null,
  bestWinRate: null,
  scoresAtBest: null,
}

/** @returns the memory after this step */
export function remember(
  memory: TripwireMemory,
  metrics: StepMetrics,
  tripped: Tripped | null,
): TripwireMemory {
  const winRate = metrics['judge/win_rate']
  const better = winRate !== undefined && winRate > (memory.bestWinRate ?? Number.NEGATIVE_INFINITY)
  return {
    known: tripped ? [...memory.known, tripped.wire] : memory.known,
    firstLength: memory.firstLength ?? metrics['response/length'] ?? null,
    bestWinRate: better ? winRate : memory.bestWinRate,
    scoresAtBest: better ? (metrics['objective/scores'] ?? null) : memory.scoresAtBest,
  }
}

export interface Tripped {
  wire: Tripwire
  /** Why the run should pause. */
  reason: string
}

/**
 * @param memory before this step
 * @returns the first wire that trips, or null
 */
export function trippedBy(
  metrics: StepMetrics,
  memory: TripwireMemory,
  limits: PpoConfig['tripwires'],
): Tripped | null {
  for (const [wire, check] of Object.entries(checks) as [Tripwire, Check][]) {
    const limit = limits[wire]
    const reason = limit === null || memory.known.includes(wire) ? null : check(limit, metrics, memory)
    if (reason !== null) return { wire, reason }
  }
  return null
}

/** @returns why it trips, or null */
type Check = (limit: number, metrics: StepMetrics, memory: TripwireMemory) => string | null

const checks: Record<Tripwire, Check> = {
  maxKl(limit, metrics) {
    const kl = metrics['objective/kl']!
    return kl > limit
      ? `KL passed ${kl.toFixed(1)} (limit ${limit}). Raise klCoef or lower the learning rate.`
      : null
  },
  lengthChange(limit, metrics, { firstLength }) {
    const length = metrics['response/length']!
    if (firstLength === null || Math.abs(length / firstLength - 1) <= limit) return null
    return `Mean length went from ${firstLength.toFixed(0)} to ${length.toFixed(0)} tokens (limit ±${100 * limit}%). The reward may be paying for length.`
  },
  maxRepetition(limit, metrics) {
    const share = metrics['response/repetition']!
    return share > limit ? `${percent(share)} of 4-grams are repeats (limit ${percent(limit)}).` : null
  },
  minEosRate(limit, metrics) {
    const rate = metrics['response/eos_rate']!
    if (rate >= limit) return null
    return `Only ${percent(rate)} of responses ended by themselves (limit ${percent(limit)}). Raise maxNewTokens or missingEosPenalty.`
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
