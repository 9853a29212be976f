/** What a judge's verdicts come to in parts of the pairs: which parts there are, and each part's own measure. */
import type { WinRateSubset } from '../../contract/report.ts'
import type { RandomKey } from '../../engine/random.ts'
import { bootstrapPercent } from './bootstrap.ts'
import { type OriginOf, preferencesBySeed } from './by-prompt.ts'
import type { Verdict } from './verdicts.ts'
import { mean } from './win-rate.ts'

/** What is said of a pair, by field; several values where a field is a list. */
export type Fields = ReadonlyMap<string, readonly string[]>

const FEWEST_VALUES = 2
const MOST_VALUES = 12
/** Fewer say nothing by themselves. */
const FEWEST_PAIRS = 5

/** Measures each part of the rows by itself, in the order in which parts first appear; a row may be in none. */
export function measureParts<Row, Measure extends object>(
  rows: readonly Row[],
  partsOf: (row: Row) => readonly string[],
  measure: (part: Row[], name: string) => Measure,
): ({ name: string } & Measure)[] {
  const placed = rows.flatMap((row) => [...new Set(partsOf(row))].map((name) => ({ name, row })))
  return [...Map.groupBy(placed, ({ name }) => name)].map(([name, own]) => ({
    name,
    ...measure(
      own.map(({ row }) => row),
      name,
    ),
  }))
}

/**
 * Win rate in each part, by every field that has 2 to 12 values. Values of fewer than 5 pairs are left out, and a field
 * of which a single value would be left.
 */
export function winRateBySubset(
  given: readonly Verdict[],
  fieldsOf: (pairId: string) => Fields,
  key: RandomKey,
  originOf: OriginOf,
): WinRateSubset[] {
  const fields = new Map(given.map(({ pairId }) => [pairId, fieldsOf(pairId)]))
  const names = new Set([...fields.values()].flatMap((own) => [...own.keys()]))
  return [...names].flatMap((field) => {
    const valuesOf = ({ pairId }: Verdict) => fields.get(pairId)!.get(field) ?? []
    const values = new Set(given.flatMap(valuesOf))
    if (values.size < FEWEST_VALUES || values.size > MOST_VALUES) return []
    const parts = measureParts(given, valuesOf, (part) => ({ part })).filter(
      ({ part }) => part.length >= FEWEST_PAIRS,
    )
    if (parts.length < FEWEST_VALUES) return []
    return parts.map(({ name, part }) => ({
      field,
      value: name,
      n: part.length,
      winRate: 100 * mean(part.map(({ preference }) => preference)),
      interval: bootstrapPercent(preferencesBySeed(part, originOf), {
        ...key,
        stream: `${key.stream}/${field}/${name}`,
      }),
    }))
  })
}

/** What has to be said beside so many intervals. */
export function subsetCaution(subsets: readonly WinRateSubset[]): string {
  return `Of ${subsets.length} subsets some differ by chance: one 95% interval in twenty misses the true rate. A subset that stands out is a question to judge on new prompts, not a finding.`
}
