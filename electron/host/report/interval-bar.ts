/** Values as bars from a baseline (50% for a win rate) with intervals, on a scale shared by all rows. */
import type { WinRateSummary } from '../../contract/report.ts'
import { html, type Markup } from './markup.ts'
import { at, compact, fixed, niceTicks, scale } from './numbers.ts'
import { markerPath, seriesClass } from './series.ts'

export interface Measured {
  value: number
  interval: { low: number; high: number } | null
}

export interface IntervalScale {
  ticks: number[]
  toX: (value: number) => number
  /** In pixels. */
  width: number
  /** Where bars start; its tick shows the unit. */
  baseline: number
  unit: string
}

const width = 260
const margin = 14
export const rowHeight = 40

const percents = { baseline: 50, min: 0, max: 100, unit: '%' }

/** A scale that contains every interval and the baseline; its ticks are between `min` and `max`. */
export function intervalScale(
  rows: readonly Partial<Measured>[],
  { baseline, min, max, unit }: typeof percents = percents,
): IntervalScale {
  const ends = rows.flatMap(({ value, interval }) =>
    interval ? [interval.low, interval.high] : (value ?? []),
  )
  const [low, high] = [Math.min(baseline, ...ends), Math.max(baseline, ...ends)]
  const ticks = niceTicks(low, high, 5).filter((tick) => tick >= min && tick <= max)
  const toX = scale(ticks[0]!, ticks.at(-1)!, margin, width - margin)
  return { ticks, toX, width, baseline, unit }
}

export function gridLines({ ticks, toX, baseline }: IntervalScale, height: number): Markup[] {
  return [...new Set([...ticks, baseline])].map((tick) => {
    const x = at(toX(tick))
    return html`<line class="${tick === baseline ? 'even' : 'grid'}" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`
  })
}

export function axisLabels({ ticks, toX, baseline, unit }: IntervalScale): Markup[] {
  return ticks.map(
    (tick) =>
      html`<text class="tick" x="${at(toX(tick))}" y="13" text-anchor="middle">${compact(tick)}${tick === baseline ? unit : ''}</text>`,
  )
}

/** Tick labels, for the head of the column. */
export function intervalAxis(axis: IntervalScale): Markup {
  return html`<svg class="bar" width="${width}" height="18" viewBox="0 0 ${width} 18" aria-hidden="true">${axisLabels(axis)}</svg>`
}

/** Only the 50% line, for the reference's row. */
export function evenLine(axis: IntervalScale): Markup {
  return html`<svg class="bar" width="${width}" height="${rowHeight}" viewBox="0 0 ${width} ${rowHeight}" aria-hidden="true">${gridLines(axis, rowHeight)}</svg>`
}

/** Bar, whisker and marker; the marker is hollow if the interval includes the baseline. */
export function barMarks(
  { value, interval }: Measured,
  { toX, baseline }: IntervalScale,
  series: number,
): Markup {
  const [even, x] = [toX(baseline), toX(value)]
  const middle = rowHeight / 2
  const bar = html`<rect class="fill" x="${at(Math.min(even, x))}" y="${middle - 8}" width="${at(Math.abs(x - even))}" height="16"/>`
  const marker = (look: string) =>
    html`<path class="marker${look}" d="${markerPath(series, x, middle, 4.5)}"/>`
  if (interval === null) return html`${bar}${marker('')}`
  const [low, high] = [toX(interval.low), toX(interval.high)]
  const isClear = interval.low > baseline || interval.high < baseline
  return html`${bar}<path class="whisker" d="M${at(low)} ${middle}H${at(high)}M${at(low)} ${middle - 5}v10M${at(high)} ${middle - 5}v10"/>${marker(isClear ? '' : ' hollow')}`
}

/** One win rate, as a row. */
export function intervalBar(
  { winRate, interval }: Pick<WinRateSummary, 'winRate' | 'interval'>,
  axis: IntervalScale,
  series: number,
): Markup {
  const title = `${fixed(winRate, 1)}%, 95% interval ${fixed(interval.low, 1)} to ${fixed(interval.high, 1)}`
  return html`<svg class="bar ${seriesClass(series)}" width="${width}" height="${rowHeight}" viewBox="0 0 ${width} ${rowHeight}" role="img" aria-label="${title}"><title>${title}</title>${gridLines(axis, rowHeight)}${barMarks({ value: winRate, interval }, axis, series)}</svg>`
}
