/** Win rate against KL: how much a candidate gains for how far it has moved from the reference. */
import { colourOf, dashOf } from '../charts/colours.ts'
import { fittedRange, linearTicks } from '../charts/ticks.ts'
import { numberOf } from '../ui/format.ts'
import { rangeOf } from './rates-card.tsx'
import { ResultCard } from './result-card.tsx'
import type { FrontierLine } from './result-rows.ts'
import { ResultTable } from './result-table.tsx'

const title = 'Win rate against KL'

export function FrontierCard({ lines }: { lines: readonly FrontierLine[] }) {
  const rows = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })))
  return (
    <ResultCard
      title={title}
      table={
        <ResultTable
          title={title}
          rows={rows}
          keyOf={({ name, kl }) => `${name} ${kl}`}
          columns={[
            { head: 'Candidate', text: ({ name }) => name },
            { head: 'KL, nats', text: ({ kl }) => numberOf(kl) },
            { head: 'Win rate', text: ({ winRate }) => `${winRate.toFixed(1)}%` },
            { head: '95% interval', text: ({ interval }) => rangeOf(interval) },
          ]}
        />
      }
    >
      <Plot lines={lines} />
    </ResultCard>
  )
}

interface Scales {
  x: (kl: number) => number
  y: (percent: number) => number
  xTicks: number[]
  yTicks: number[]
}

function scalesOf(lines: readonly FrontierLine[]): Scales {
  const points = lines.flatMap((line) => line.points)
  const ends = points.flatMap(({ interval }) => [interval.low, interval.high])
  const [low, high] = fittedRange([Math.min(50, ...ends), Math.max(50, ...ends)])
  const far = 1.4 * Math.max(...points.map(({ kl }) => kl), 1e-6)
  return {
    x: (kl) => (100 * kl) / far,
    y: (percent) => (100 * (high - percent)) / (high - low),
    xTicks: linearTicks([0, far]),
    yTicks: linearTicks([low, high]),
  }
}

/** Every line starts at the reference itself, which has no KL and ties with itself. */
function Plot({ lines }: { lines: readonly FrontierLine[] }) {
  const scales = scalesOf(lines)
  const { x, y, xTicks, yTicks } = scales
  return (
    <>
      <div className="frontier" role="img" aria-label={summaryOf(lines)}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
          {yTicks.map((tick) => (
            <path key={tick} className="frontier-grid" d={`M0 ${y(tick)}H100`} />
          ))}
          <path className="frontier-even" d={`M0 ${y(50)}H100`} />
          {lines.map((line) => (
            <Line key={line.name} line={line} scales={scales} />
          ))}
        </svg>
        {yTicks.map((tick) => (
          <span key={tick} className="frontier-y" style={{ top: `${y(tick)}%` }}>
            {tick}%
          </span>
        ))}
        {xTicks.map((tick) => (
          <span key={tick} className="frontier-x" style={{ left: `${x(tick)}%` }}>
            {tick}
          </span>
        ))}
        {labelsOf(lines, scales).map(({ name, left, top }) => (
          <span
            key={name}
            className="frontier-name"
            style={{ left: `${left}%`, top: `${top}%`, maxWidth: `calc(${100 - left}% - 0.5rem)` }}
          >
            {name}
          </span>
        ))}
      </div>
      <p className="frontier-unit">KL to the reference, nats per response</p>
    </>
  )
}

function Line({ line: { colour, points }, scales: { x, y } }: { line: FrontierLine; scales: Scales }) {
  const style = { stroke: colourOf(colour) }
  const all = [{ kl: 0, winRate: 50 }, ...points]
  const path = all.map(({ kl, winRate }, i) => `${i === 0 ? 'M' : 'L'}${x(kl)} ${y(winRate)}`).join('')
  return (
    <g style={style}>
      {points.length > 1 && (
        <path className="frontier-line" d={path} strokeDasharray={dashOf(colour).join(' ')} />
      )}
      {points.map(({ kl, winRate, interval }) => (
        <g key={kl}>
          <path className="frontier-range" d={`M${x(kl)} ${y(interval.low)}V${y(interval.high)}`} />
          <path className="frontier-ring" d={`M${x(kl)} ${y(winRate)}h.001`} />
          <path className="frontier-dot" d={`M${x(kl)} ${y(winRate)}h.001`} />
        </g>
      ))}
    </g>
  )
}

/** Room that a name needs, in percent of the plot. */
const nameRoom = { width: 38, height: 8 }

/** Names at the ends of the lines, the highest first; a name that would cover another is left to the table. */
function labelsOf(lines: readonly FrontierLine[], { x, y }: Scales) {
  const ends = lines
    .flatMap(({ name, points }) => {
      const end = points.at(-1)
      return end ? [{ name, left: x(end.kl), top: y(end.winRate) }] : []
    })
    .sort((a, b) => a.top - b.top)
  const placed: typeof ends = []
  for (const label of ends) {
    const covers = ({ left, top }: typeof label) =>
      Math.abs(left - label.left) < nameRoom.width && Math.abs(top - label.top) < nameRoom.height
    if (!placed.some(covers)) placed.push(label)
  }
  return placed
}

function summaryOf(lines: readonly FrontierLine[]): string {
  const words = lines.map(({ name, points }) =>
    points.map(({ kl, winRate }) => `${name} wins ${winRate.toFixed(1)}% at ${numberOf(kl)} nats`).join(', '),
  )
  return `${title}: ${words.join('; ')}.`
}
