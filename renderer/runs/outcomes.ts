/** What a run's curves say, in the numbers that its page and a comparison show first. */
import { wordsOfMetric } from '../../electron/contract/metric-words.ts'
import type { MetricKey } from '../../electron/contract/metrics.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { Series } from '../../electron/contract/runs.ts'
import type { ChartLimit } from '../charts/limits.ts'
import { numberOf } from '../ui/format.ts'

type Points = Series[string]

/** A curve in the unit that it is shown in. */
export function shownPoints(series: Series, metric: string): Points {
  const { factor = 1 } = wordsOfMetric(metric)
  const points = series[metric] ?? []
  return factor === 1 ? points : points.map(([step, value]) => [step, factor * value])
}

export function lastOf(series: Series, metric: string): number | null {
  return shownPoints(series, metric).at(-1)?.[1] ?? null
}

/** The step with the highest win rate, and that rate; null if nothing judged the run. */
export function bestOf(series: Series): { step: number; winRate: number } | null {
  const rates = shownPoints(series, 'judge/win_rate')
  const [first, ...rest] = rates
  if (!first) return null
  const [step, winRate] = rest.reduce((best, point) => (point[1] > best[1] ? point : best), first)
  return { step, winRate }
}

/** The least-squares slope of the last part of a curve, per step; null with fewer than three points. */
export function slopeOf(points: Points, count = 20): number | null {
  const part = points.slice(-count)
  if (part.length < 3) return null
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(part.map(([step]) => step)), mean(part.map(([, value]) => value))]
  const spread = part.reduce((sum, [step]) => sum + (step - x) ** 2, 0)
  return part.reduce((sum, [step, value]) => sum + (step - x) * (value - y), 0) / spread
}

/** "Rising, 0.006 a step"; a slope that moves less than a fifth of the curve's range in twenty steps is steady. */
export function trendOf(points: Points): string | null {
  const slope = slopeOf(points)
  if (slope === null) return null
  const values = points.map(([, value]) => value)
  const range = Math.max(...values) - Math.min(...values)
  if (Math.abs(slope) * 20 < range / 5) return 'Steady'
  return `${slope > 0 ? 'Rising' : 'Falling'}, ${numberOf(Math.abs(slope), 1)} a step`
}

/** How good a run is on what was held out, by kind. */
export const heldoutMetrics: Readonly<Record<RunRecord['kind'], MetricKey>> = {
  sft: 'sft/heldout_loss',
  reward: 'reward/heldout_accuracy',
  ppo: 'judge/win_rate',
  dpo: 'dpo/heldout_accuracy',
}

/** The curve that says how good a run is: what was held out if it was measured, else what it is trained on. */
export function leadingMetric({ kind }: Pick<RunRecord, 'kind'>, series: Series): string {
  const heldout = heldoutMetrics[kind]
  return series[heldout]?.length ? heldout : runKinds[kind].leadingMetric
}

/** At which values the run pauses on its own, by metric, in the unit that is shown. */
export function limitsOf(record: Pick<RunRecord, 'config'>, series: Series): Record<string, ChartLimit[]> {
  const tripwires = record.config.job.config.tripwires
  if (typeof tripwires !== 'object' || tripwires === null || Array.isArray(tripwires)) return {}
  const { maxKl, lengthChange, maxRepetition, minEosRate, judgeDrop } = tripwires
  const pausesAt = (value: number) => ({ value, words: `pauses at ${numberOf(value)}` })
  const limits: Record<string, ChartLimit[]> = {}
  if (typeof maxKl === 'number') limits['objective/kl'] = [{ ...pausesAt(maxKl), isPointedTo: true }]
  if (typeof maxRepetition === 'number') limits['response/repetition'] = [pausesAt(100 * maxRepetition)]
  if (typeof minEosRate === 'number') limits['response/eos_rate'] = [pausesAt(100 * minEosRate)]
  const length = series['response/length']?.[0]?.[1]
  if (typeof lengthChange === 'number' && length !== undefined)
    limits['response/length'] = [1 - lengthChange, 1 + lengthChange].flatMap((share) =>
      share > 0 ? [pausesAt(share * length)] : [],
    )
  const best = bestOf(series)
  if (typeof judgeDrop === 'number' && best)
    limits['judge/win_rate'] = [pausesAt(best.winRate - 100 * judgeDrop)]
  return limits
}

/** The step at which a judge compares next; null if none does while the run trains. */
export function nextJudging({ config }: Pick<RunRecord, 'config'>, step: number): number | null {
  const { judgeEvery, totalSteps } = config.job.config
  if (typeof judgeEvery !== 'number' || judgeEvery === 0 || !config.job.judge) return null
  const next = (Math.floor(step / judgeEvery) + 1) * judgeEvery
  return typeof totalSteps === 'number' ? Math.min(next, totalSteps) : next
}

/** How many steps the run has in all, if its settings say so. */
export function totalSteps({ config }: Pick<RunRecord, 'config'>): number | null {
  const { totalSteps: total, maxSteps } = config.job.config
  if (typeof total === 'number') return total
  return typeof maxSteps === 'number' ? maxSteps : null
}
