/** Sentences about a result that claim no more than its intervals show. */
import type { ResultRecord, WinRateSummary } from '../../contract/report.ts'
import { fixed, signed } from './numbers.ts'

type Compared = Pick<WinRateSummary, 'winRate' | 'interval' | 'n' | 'prompts'>
type HeadToHead = ResultRecord['headToHead'][number]

/** 1: better, −1: worse, 0: the interval includes 50%. */
export function direction({ interval }: Pick<WinRateSummary, 'interval'>): -1 | 0 | 1 {
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
  const { winRate, interval, n, prompts = n } = result
  const counted = prompts === n ? `${n} pairs` : `${n} pairs on ${prompts} prompts`
  const figures = `${fixed(winRate, 1)}%, 95% interval ${fixed(interval.low, 1)} to ${fixed(interval.high, 1)}, ${counted}`
  const verb = { '1': 'is preferred to', '0': 'is not shown to differ from', '-1': 'is worse than' }[
    direction(result)
  ]
  return `${name} ${verb} ${opponent} (${figures}).`
}

/** `arm` against `opponent`, in whichever order they were judged; null if they were not. */
export function findHeadToHead(record: ResultRecord, arm: string, opponent: string): Compared | null {
  const isOf = (one: string, other: string) => (match: HeadToHead) =>
    match.arm === one && match.opponent === other
  const direct = record.headToHead.find(isOf(arm, opponent))
  if (direct) return direct
  const reversed = record.headToHead.find(isOf(opponent, arm))
  return reversed ? mirrored(reversed) : null
}

/** The same comparison as the opponent sees it. */
export function mirrored({ winRate, interval, n, prompts }: Compared): Compared {
  return {
    winRate: 100 - winRate,
    interval: { low: 100 - interval.high, high: 100 - interval.low },
    n,
    prompts,
  }
}

/** The result in one line. */
export function headline({ arms, reference }: ResultRecord): string {
  const better = arms.filter((arm) => direction(arm) === 1)
  if (arms.length === 0) return 'Nothing was judged'
  if (better.length === 0) return `No arm is shown to beat the ${reference.name}`
  const who = better.length === arms.length ? 'All' : `${better.length} of`
  if (arms.length === 1) return `${better[0]!.name} beats the ${reference.name}`
  return `${who} ${arms.length} arms beat the ${reference.name}`
}

/** The arm with the highest win rate against the reference, and its comparison with each other arm. */
export function findings(record: ResultRecord): string[] {
  const [best, ...others] = [...record.arms].sort((a, b) => b.winRate - a.winRate)
  if (!best) return []
  const headToHead = others.flatMap((other) => {
    const result = findHeadToHead(record, best.name, other.name)
    return result ? [comparison(best.name, other.name, result)] : []
  })
  return [comparison(best.name, `the ${record.reference.name}`, best), ...headToHead]
}

/** How arms differ at the same KL from the reference. */
export function frontierFindings({ frontier }: ResultRecord): string[] {
  if (frontier === null) return []
  const { kls, differences } = frontier
  const range =
    kls.low === kls.high
      ? `At a KL of ${fixed(kls.high, 1)} nats`
      : `Over KLs from ${fixed(kls.low, 1)} to ${fixed(kls.high, 1)} nats`
  return differences.map(({ arm, opponent, value, interval }) => {
    const bounds = `95% interval ${signed(interval.low, 1)} to ${signed(interval.high, 1)}`
    return `${range}, ${arm} against ${opponent}: ${signed(value, 1)} points of win rate over the reference (${bounds}).`
  })
}

function named(items: readonly { name: string; warnings: string[] }[]): string[] {
  return items.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}`))
}

/** Warnings about the arms' win rates against the reference, each with the arm's name. */
export function armWarnings({ arms }: ResultRecord): string[] {
  return named(arms)
}

/** Warnings about the arms' win rates against each other. */
export function headToHeadWarnings({ headToHead }: ResultRecord): string[] {
  return named(
    headToHead.map(({ arm, opponent, warnings }) => ({ name: `${arm} against ${opponent}`, warnings })),
  )
}
