/** Sentences about a result that claim no more than its intervals show. */
import { adjustedPValues } from '../../contract/evidence.ts'
import type { Arm, ResultRecord, WinRateSummary } from '../../contract/report.ts'
import { fixed, pWords, signed } from './numbers.ts'

interface Compared extends Pick<WinRateSummary, 'winRate' | 'interval' | 'n' | 'prompts'> {
  /** The sign test's p-value, by Holm over the comparisons of its table. */
  adjustedP: number
}
type HeadToHead = ResultRecord['headToHead'][number]

/** Significance level of every comparison. */
const level = 0.05

/** 1: better, −1: worse, 0: the interval includes 50%, or the p-value over all comparisons is too high. */
function direction({ interval, adjustedP }: Pick<Compared, 'interval' | 'adjustedP'>): -1 | 0 | 1 {
  if (adjustedP >= level) return 0
  if (interval.low > 50) return 1
  return interval.high < 50 ? -1 : 0
}

/** Number of prompts; earlier records have only the number of pairs, one per prompt and seed. */
export function promptsOf(
  { seeds }: ResultRecord,
  { n, prompts = Math.round(n / seeds.length) }: Pick<WinRateSummary, 'n' | 'prompts'>,
): number {
  return prompts
}

/** One comparison as a sentence. */
export function comparison(name: string, opponent: string, result: Compared): string {
  const { winRate, interval, n, prompts = n, adjustedP } = result
  const counted = prompts === n ? `${n} pairs` : `${n} pairs on ${prompts} prompts`
  const figures = `${fixed(winRate, 1)}%, 95% interval ${fixed(interval.low, 1)} to ${fixed(interval.high, 1)}, ${counted}, ${pWords(adjustedP)} by Holm`
  const verb = { '1': 'is preferred to', '0': 'is not shown to differ from', '-1': 'is worse than' }[
    direction(result)
  ]
  return `${name} ${verb} ${opponent} (${figures}).`
}

/** `arm` against `opponent`, in whichever order they were judged; null if they were not. */
export function findHeadToHead(record: ResultRecord, arm: string, opponent: string): Compared | null {
  const isOf = (one: string, other: string) => (match: HeadToHead) =>
    match.arm === one && match.opponent === other
  const adjusted = adjustedPValues(record).headToHead
  const compared = record.headToHead.map((match, i) => ({ ...match, adjustedP: adjusted[i]! }))
  const direct = compared.find(isOf(arm, opponent))
  if (direct) return direct
  const reversed = compared.find(isOf(opponent, arm))
  return reversed ? mirrored(reversed) : null
}

/** The same comparison as the opponent sees it. */
export function mirrored({ winRate, interval, n, prompts, adjustedP }: Compared): Compared {
  return {
    winRate: 100 - winRate,
    interval: { low: 100 - interval.high, high: 100 - interval.low },
    n,
    prompts,
    adjustedP,
  }
}

/** An arm against the reference; null if there is no such arm. */
export function againstReference(record: ResultRecord, name: string): (Compared & Arm) | null {
  const arm = record.arms.find((each) => each.name === name)
  return arm ? { ...arm, adjustedP: adjustedPValues(record).arms.get(name)! } : null
}

/** The result in one line. */
export function headline(record: ResultRecord): string {
  const { arms, reference } = record
  const better = arms.filter(({ name }) => direction(againstReference(record, name)!) === 1)
  if (arms.length === 0) return 'Nothing was judged'
  if (better.length === 0) return `No arm is shown to beat the ${reference.name}`
  const who = better.length === arms.length ? 'All' : `${better.length} of`
  if (arms.length === 1) return `${better[0]!.name} beats the ${reference.name}`
  return `${who} ${arms.length} arms ${better.length === 1 ? 'beats' : 'beat'} the ${reference.name}`
}

/** The arm with the highest win rate against the reference, and its comparison with each other arm. */
export function findings(record: ResultRecord): string[] {
  const [best, ...others] = [...record.arms].sort((a, b) => b.winRate - a.winRate)
  if (!best) return []
  const headToHead = others.flatMap((other) => {
    const result = findHeadToHead(record, best.name, other.name)
    return result ? [comparison(best.name, other.name, result)] : []
  })
  const against = againstReference(record, best.name)!
  return [comparison(best.name, `the ${record.reference.name}`, against), ...headToHead]
}

/** The comparisons along the KL, by where the arms started. */
export const frontierKeys = ['frontier', 'sftFrontier'] as const
export type FrontierKey = (typeof frontierKeys)[number]

/** How arms differ at the same KL from where they started. */
export function frontierFindings(record: ResultRecord, key: FrontierKey): string[] {
  const frontier = record[key] ?? null
  if (frontier === null) return []
  const { kls, differences } = frontier
  const start = key === 'frontier' ? '' : ', from sft-edited'
  const range =
    kls.low === kls.high
      ? `At a KL of ${fixed(kls.high, 1)} nats${start}`
      : `Over KLs from ${fixed(kls.low, 1)} to ${fixed(kls.high, 1)} nats${start}`
  return differences.map(({ arm, opponent, value, interval }) => {
    const bounds = `95% interval ${signed(interval.low, 1)} to ${signed(interval.high, 1)}`
    return `${range}, ${arm} against ${opponent}: ${signed(value, 1)} points of win rate over the reference (${bounds}).`
  })
}

/** Each warning once, with the names of all that have it. */
function named(items: readonly { name: string; warnings: string[] }[]): string[] {
  const each = items.flatMap(({ name, warnings }) => warnings.map((warning) => ({ name, warning })))
  return [...Map.groupBy(each, ({ warning }) => warning)].map(
    ([warning, own]) => `${own.map(({ name }) => name).join(', ')}: ${warning}`,
  )
}

/** Warnings about the record as a whole, and about the arms' win rates against the reference, with the arms' names. */
export function armWarnings({ arms, warnings = [] }: ResultRecord): string[] {
  return [...warnings, ...named(arms)]
}

/** Warnings about the arms' win rates against each other. */
export function headToHeadWarnings({ headToHead }: ResultRecord): string[] {
  return named(
    headToHead.map(({ arm, opponent, warnings }) => ({ name: `${arm} against ${opponent}`, warnings })),
  )
}
