/** The rows of a result: every candidate with its colour, best first, and where each lies by its KL. */
import type { EvaluationRecord, Round } from '../../electron/contract/judge.ts'
import type { WinRateSummary } from '../../electron/contract/report.ts'
import { claimedInterval, shortName, sidesOf } from '../../electron/contract/result-sentence.ts'

export interface RateRow {
  /** Of the evaluation, or the name of an experiment's arm. */
  id: string
  name: string
  winRate: number
  interval: { low: number; high: number }
  /** Number of its colour and dash. */
  colour: number
  /** Whether the page is about it. */
  isAsked: boolean
}

export interface FrontierLine {
  name: string
  colour: number
  points: readonly { kl: number; winRate: number; interval: { low: number; high: number } }[]
}

/** Of the evaluation alone if it has no round. */
export function rateRows(record: EvaluationRecord & { summary: WinRateSummary }, round: Round): RateRow[] {
  if (round.rows.length === 0) {
    const { winRate } = record.summary
    const interval = claimedInterval(record)
    return [{ id: record.id, name: sidesOf(record).candidate, winRate, interval, colour: 0, isAsked: true }]
  }
  return round.rows.map(({ evaluation, candidate, summary: { winRate, interval } }, colour) => ({
    id: evaluation,
    name: shortName(candidate),
    winRate,
    interval,
    colour,
    isAsked: evaluation === record.id,
  }))
}

/** One point for each candidate whose run measured its KL. */
export function frontierOfRound(rows: readonly RateRow[], round: Round): FrontierLine[] {
  return rows.flatMap(({ id, name, colour, winRate, interval }): FrontierLine[] => {
    const kl = round.rows.find(({ evaluation }) => evaluation === id)?.kl ?? null
    return kl === null ? [] : [{ name, colour, points: [{ kl, winRate, interval }] }]
  })
}
