/** A small chart of curves, named in its head; its values are a table one key away. Never by colour alone. */
import type { ReactNode } from 'react'
import { numberOf } from '../ui/format.ts'
import type { Points } from './token-statistics.ts'

export interface Curve {
  name: string
  points: Points
  /** Its colour and dash. */
  look: 'removed' | 'unchanged' | 'added' | 'plain'
  isArea?: boolean
  hasDots?: boolean
}

export interface Axis {
  from: number
  to: number
  ticks: readonly number[]
  write: (value: number) => string
}

interface CurveChartProps {
  title: string
  /** What is counted: `tokens of held-out edits`. */
  about?: string
  curves: readonly Curve[]
  x: Axis & { name: string }
  y: Axis
  /** What to measure against: zero, or the diagonal. */
  rule?: 'zero' | 'diagonal'
  isTable: boolean
}

export function CurveChart(props: CurveChartProps) {
  const { title, about, curves, isTable } = props
  return (
    <figure className="card lb-chart" aria-label={`${title}. ${sentenceOf(curves)}`}>
      <figcaption className="row wrap">
        <h2 className="medium">{title}</h2>
        {about && <span className="quiet">{about}</span>}
      </figcaption>
      {!isTable && curves.length > 1 && <Names curves={curves} />}
      {isTable ? <Values {...props} /> : <Plot {...props} />}
    </figure>
  )
}

function Names({ curves }: { curves: readonly Curve[] }) {
  return (
    <div className="row wrap lb-names">
      {curves.map(({ name, look }) => (
        <span key={name} className="row">
          <svg className="lb-plot-sample" viewBox="0 0 24 4" aria-hidden>
            <g className={look}>
              <path className="line" d="M1 2H23" />
            </g>
          </svg>
          {name}
        </span>
      ))}
    </div>
  )
}

/** The frame of another card in the same grid. */
export function ChartCard({
  title,
  about,
  children,
}: {
  title: string
  about?: string
  children: ReactNode
}) {
  return (
    <figure className="card lb-chart" aria-label={title}>
      <figcaption className="row wrap">
        <h2 className="medium">{title}</h2>
        {about && <span className="quiet">{about}</span>}
      </figcaption>
      {children}
    </figure>
  )
}

function sentenceOf(curves: readonly Curve[]): string {
  return curves
    .map(({ name, points }) => {
      const peak = points.reduce((best, point) => (point[1] > best[1] ? point : best), points[0] ?? [0, 0])
      return points.length === 0
        ? `${name}: too few values.`
        : `${name}: highest, ${numberOf(peak[1], 2)}, at ${numberOf(peak[0], 2)}.`
    })
    .join(' ')
}

const percent = ({ from, to }: Axis, value: number) =>
  Math.max(0, Math.min(100, to === from ? 50 : (100 * (value - from)) / (to - from)))

function Plot({ curves, x, y, rule }: CurveChartProps) {
  const left = (value: number) => percent(x, value)
  const top = (value: number) => 100 - percent(y, value)
  const pathOf = (points: Points) =>
    points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${left(px).toFixed(2)} ${top(py).toFixed(2)}`).join('')
  return (
    <div className={`lb-plot ${y.ticks.length > 0 ? 'has-y' : ''}`} aria-hidden>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
        {y.ticks.map((tick) => (
          <path key={tick} className="grid" d={`M0 ${top(tick)}H100`} />
        ))}
        {rule === 'zero' && <path className="rule" d={`M0 ${top(0)}H100`} />}
        {rule === 'diagonal' && <path className="rule" d="M0 100L100 0" />}
        {curves.map(({ name, points, look, isArea }) => (
          <g key={name} className={look}>
            {isArea && points.length > 0 && <path className="area" d={`${pathOf(points)}V100H0Z`} />}
            <path className="line" d={pathOf(points)} />
          </g>
        ))}
      </svg>
      {y.ticks.map((tick) => (
        <span key={tick} className="y-tick" style={{ top: `${top(tick)}%` }}>
          {y.write(tick)}
        </span>
      ))}
      {x.ticks.map((tick) => (
        <span key={tick} className="x-tick" style={{ left: `${left(tick)}%` }}>
          {x.write(tick)}
        </span>
      ))}
      {curves.flatMap(({ name, points, hasDots }) =>
        hasDots
          ? points.map(([px, py]) => (
              <i key={`${name} ${px}`} className="dot" style={{ left: `${left(px)}%`, top: `${top(py)}%` }} />
            ))
          : [],
      )}
    </div>
  )
}

const maxRows = 24

/** Each `every`th x at which a curve has a point. */
function Values({ curves, x, y }: CurveChartProps) {
  const all = [...new Set(curves.flatMap(({ points }) => points.map(([px]) => px)))].sort((a, b) => a - b)
  const every = Math.max(1, Math.ceil(all.length / maxRows))
  const shown = all.filter((_, i) => i % every === 0)
  const columns = curves.map(({ points }) => new Map(points))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <div className="lb-values" tabIndex={0}>
      <table className="table tight">
        <thead>
          <tr>
            <th scope="col">{x.name}</th>
            {curves.map(({ name }) => (
              <th key={name} scope="col" className="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((px) => (
            <tr key={px}>
              <th scope="row">{x.write(px)}</th>
              {columns.map((column, i) => {
                const value = column.get(px)
                return (
                  <td key={curves[i]!.name} className="r">
                    {value === undefined ? '–' : y.write(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
