/** What a comparison found, as one sentence with its figures set apart. It claims no more than its intervals show. */
import { holm } from './evidence.ts'
import type { EvaluationRecord, Round } from './judge.ts'
import type { WinRateSummary } from './report.ts'

export interface SentencePart {
  text: string
  isFigure: boolean
}

interface Interval {
  low: number
  high: number
}

/** Another candidate, and the points by which the win rate exceeds its. */
export interface Rival {
  name: string
  value: number
  interval: Interval
}

type Sides = Pick<EvaluationRecord, 'candidate' | 'reference'> & Partial<Pick<EvaluationRecord, 'kind'>>

type Found = Sides & {
  summary: { winRate: number; interval: Interval }
  /** The sign test's p-value, corrected for the number of candidates; omitted for a single one. */
  adjustedP?: number
}

/** Significance level of every comparison. */
const level = 0.05

/** How the two sides are called: in a blind comparison of edits neither is a model, nor in the check of a judge. */
export function sidesOf({ candidate, reference, kind }: Sides): { candidate: string; reference: string } {
  const [ownDefault, theirDefault] =
    kind === 'judge-check' ? ['Answer B', 'answer A'] : ['The edit', 'the original']
  return {
    candidate: candidate === null ? ownDefault : shortName(candidate),
    reference: reference === null ? theirDefault : shortName(reference),
  }
}

/** A model's name, or that of a folder or file of outputs without the folders it lies in. */
export function shortName(side: string): string {
  const name = side.split(/[\\/]/).at(-1) ?? side
  return /[\\/]/.test(side) ? name.replace(/\.(jsonl?|gguf)$/i, '') || side : side
}

/** Both sides of a comparison, as `token against base`; those that are files without the folders they lie in. */
export function comparedName(name: string): string {
  return name.split(' against ').map(shortName).join(' against ')
}

/** The interval that a record's claims rest on: that which allows for stopping, if a session was stopped before its end. */
export function claimedInterval({
  summary,
  session,
  judged,
  pairs,
}: Pick<EvaluationRecord, 'session' | 'judged' | 'pairs'> & {
  summary: { interval: Interval }
}): Interval {
  return session?.anytime && judged < pairs ? session.anytime : summary.interval
}

/** What the sentence about a record says. */
export function recordSentence(
  record: EvaluationRecord & { summary: WinRateSummary },
  round: Round = { rows: [], differences: [] },
): SentencePart[] {
  const { winRate } = record.summary
  const summary = { winRate, interval: claimedInterval(record) }
  return resultSentence(
    { ...record, summary, adjustedP: adjustedPOf(round, record.id) },
    rivalOf(round, record.id),
  )
}

/** Whether an interval of a win rate leaves out one half. */
export function isDistinguished({ low, high }: Interval, half = 50): boolean {
  return low > half || high < half
}

/** The interval, and the p-value over all candidates if there are several, decide about the words. @param rival the other candidate to say something about; null for none */
export function resultSentence(found: Found, rival: Rival | null = null): SentencePart[] {
  const { winRate, interval } = found.summary
  const { candidate, reference } = sidesOf(found)
  const rate = `${winRate.toFixed(1)}%`
  const isShown = (found.adjustedP ?? 0) < level
  const isBetter = isShown && interval.low > 50
  const start = isBetter
    ? [`${candidate} beats ${reference} in `, rate, ' of pairs']
    : isShown && interval.high < 50
      ? [`${candidate} loses to ${reference}: it wins `, rate, ' of pairs']
      : [`${candidate} is not distinguished from ${reference}: it wins `, rate, ' of pairs']
  const [end, ...more] = rival === null ? ['.'] : rivalWords(rival, isBetter)
  return parts([...start.slice(0, -1), start.at(-1)! + end, ...more])
}

/** The end of the sentence; every second text is a figure. */
function rivalWords({ name, value, interval }: Rival, isBetter: boolean): string[] {
  const points = `${Math.abs(value).toFixed(1)} points`
  const other = shortName(name)
  if (!isDistinguished(interval, 0)) return [`. It is not distinguished from ${other}.`]
  if (value < 0) return [', ', points, ` fewer than ${other}.`]
  return isBetter ? [`, and ${other} by `, points, '.'] : [', ', points, ` more than ${other}.`]
}

/** The p-value of one candidate of a round, by Holm over all of them; undefined if it is the only one. */
export function adjustedPOf({ rows }: Round, evaluation: string): number | undefined {
  if (rows.length < 2) return undefined
  return holm(rows.map(({ summary }) => summary.signTestP))[
    rows.findIndex((row) => row.evaluation === evaluation)
  ]
}

/** The best of the other candidates of a round; null if there is none to compare with. */
export function rivalOf({ rows, differences }: Round, evaluation: string): Rival | null {
  const own = rows.find((row) => row.evaluation === evaluation)
  const other = rows.find((row) => row.evaluation !== evaluation)
  const difference = differences.find(
    ({ candidate, opponent }) => candidate === own?.candidate && opponent === other?.candidate,
  )
  return difference ? { name: difference.opponent, ...difference } : null
}

/** @param texts every second one is a figure */
export function parts(texts: readonly string[]): SentencePart[] {
  return texts.map((text, i) => ({ text, isFigure: i % 2 === 1 }))
}
