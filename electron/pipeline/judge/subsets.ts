/** A judge's verdicts by subset of the pairs: which subsets there are, and the measure of each. */
import type { WinRateSubset } from '../../contract/report.ts'
import type { RandomKey } from '../../engine/random.ts'
import { bootstrapPercent } from './bootstrap.ts'
import { type OriginOf, preferencesBySeed } from './by-prompt.ts'
import type { Verdict } from './verdicts.ts'
import { mean } from './win-rate.ts'

/** A pair's values, by field; several for a field that is a list. */
export type Fields = ReadonlyMap<string, readonly string[]>

const minValues = 2
const maxValues = 12
/** Fewer show nothing. */
const minPairs = 5

/** Measures each part of the rows separately, in the order in which parts first appear; a row may be in none or several. */
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
 * Win rate in each subset, by every field that has 2 to 12 values. Values of fewer than 5 pairs are left out, and fields
 * with only one value left.
 */
export function winRateBySubset(
  verdicts: readonly Verdict[],
  fieldsOf: (pairId: string) => Fields,
  key: RandomKey,
  originOf: OriginOf,
): WinRateSubset[] {
  const fields = new Map(verdicts.map(({ pairId }) => [pairId, fieldsOf(pairId)]))
  const names = new Set([...fields.values()].flatMap((own) => [...own.keys()]))
  return [...names].flatMap((field) => {
    const valuesOf = ({ pairId }: Verdict) => fields.get(pairId)!.get(field) ?? []
    const values = new Set(verdicts.flatMap(valuesOf))
    if (values.size < minValues || values.size > maxValues) return []
    const parts = measureParts(verdicts, valuesOf, (part) => ({ part })).filter(
      ({ part }) => part.length >= minPairs,
    )
    if (parts.length < minValues) return []
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

/** The caution to show with this many intervals. */
export function subsetCaution(subsets: readonly WinRateSubset[]): string {
  return `With ${subsets.length} subsets some will differ by chance: one 95% interval in twenty misses the true rate. Treat a subset that stands out as a hypothesis to test on new prompts, not as a finding.`
}
