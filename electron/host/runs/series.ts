/** The metrics of a run, as points over steps. */
import type { Series } from '../../contract/runs.ts'
import type { MetricRow } from '../../storage/index.ts'

/** @param rows in the order of the steps */
export function seriesOf(rows: readonly MetricRow[]): Series {
  const series: Series = {}
  for (const { key, step, value } of rows) {
    series[key] ??= []
    series[key].push([step, value])
  }
  return series
}
