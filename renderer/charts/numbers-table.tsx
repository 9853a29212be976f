/** The values behind a chart: a row for each step, thinned to what can be read. */
import { durationOf, numberOf } from '../ui/format.ts'
import type { LineSeries, XUnit } from './line-chart.tsx'
import { joinSeries } from './series.ts'

const maxRows = 60

/** @param series one column each */
export function NumbersTable({ series, x }: { series: readonly LineSeries[]; x: XUnit }) {
  const { steps, columns } = joinSeries(series.map(({ points }) => points))
  const every = Math.max(1, Math.ceil(steps.length / maxRows))
  const shown = steps.flatMap((step, i) => (i % every === 0 || i === steps.length - 1 ? [{ step, i }] : []))
  return (
    <section className="chart-numbers" aria-label="Values">
      <table className="table tight">
        {every > 1 && (
          <caption className="quiet">
            Every {every}th of {steps.length} points
          </caption>
        )}
        <thead>
          <tr>
            <th scope="col">{x === 'seconds' ? 'Time' : x === 'KL' ? 'KL' : 'Step'}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ step, i }) => (
            <tr key={step}>
              <th scope="row">{x === 'seconds' ? durationOf(step) : numberOf(step)}</th>
              {columns.map((column, k) => (
                <td key={series[k]!.name} className="r">
                  {numberOf(column[i], 4)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
