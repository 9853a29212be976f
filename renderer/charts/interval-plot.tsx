/** A rate with its interval on a line, beside the dotted rule of one half; the dot is hollow if the interval includes it. */
import './interval-plot.css'
import { linearTicks } from './ticks.ts'

/** What a line shows from its left to its right end, and where its dotted rule is. */
export interface IntervalScale {
  from: number
  to: number
  half: number
}

export const percentScale: IntervalScale = { from: 0, to: 100, half: 50 }

/** A scale that all intervals fit in, and the rule. */
export function scaleOf(intervals: readonly { low: number; high: number }[], half = 50): IntervalScale {
  const low = Math.min(half, ...intervals.map((each) => each.low))
  const high = Math.max(half, ...intervals.map((each) => each.high))
  const room = Math.max(0.06 * (high - low), 1)
  return { from: Math.max(low - room, half - 50), to: Math.min(high + room, half + 50), half }
}

/** Where a value is, for CSS. */
function placeOf(value: number, { from, to }: IntervalScale): string {
  return `${((100 * (value - from)) / (to - from)).toFixed(2)}%`
}

export function IntervalPlot({
  value,
  low,
  high,
  label,
  scale = percentScale,
  colour = 'var(--run-1)',
  isSmall = false,
}: {
  value: number
  low: number
  high: number
  /** What the rate is of. */
  label: string
  scale?: IntervalScale
  colour?: string
  isSmall?: boolean
}) {
  const isClear = low > scale.half || high < scale.half
  const style = {
    '--at': placeOf(value, scale),
    '--lo': placeOf(low, scale),
    '--hi': placeOf(high, scale),
    '--half': placeOf(scale.half, scale),
    '--c': colour,
  }
  return (
    <div
      className={`interval ${isSmall ? 'small' : ''}`}
      style={style as object}
      role="img"
      aria-label={`${label}: ${value.toFixed(1)}%, 95% interval ${low.toFixed(1)} to ${high.toFixed(1)}`}
    >
      <span className="interval-span" />
      <span className={`interval-dot ${isClear ? '' : 'hollow'}`} />
    </div>
  )
}

/** The numbers under plots of one scale. */
export function IntervalAxis({ scale }: { scale: IntervalScale }) {
  return (
    <div className="interval-axis" aria-hidden>
      {linearTicks([scale.from, scale.to]).map((tick) => (
        <span key={tick} style={{ left: placeOf(tick, scale) }}>
          {tick}%
        </span>
      ))}
    </div>
  )
}
