/** Line charts as SVG from points: axes with round ticks, optional bands and baseline, values on hover. */
import { html, type Markup } from './markup.ts'
import { at, compact, niceTicks, scale } from './numbers.ts'
import { markerPath, seriesClass } from './series.ts'

export interface Point {
  x: number
  y: number
  low?: number
  high?: number
}

export interface Series {
  name: string
  /** The arm's number, for colour and marker. */
  series: number
  points: Point[]
}

export interface LineChart {
  width: number
  height: number
  xLabel: string
  yLabel: string
  /** Describes the figure for readers who cannot see it. */
  description: string
  lines: Series[]
  /** A value marked by a horizontal line, such as 50%. */
  baseline?: number
  /** Whether every point has a marker, or only the last. */
  marked?: boolean
}

interface Frame {
  left: number
  right: number
  top: number
  bottom: number
  xTicks: number[]
  yTicks: number[]
  toX: (value: number) => number
  toY: (value: number) => number
}

const maxPoints = 200

/** At most 200 points: longer series are averaged over stretches of equal length. */
export function thin(points: readonly Point[]): Point[] {
  if (points.length <= maxPoints) return [...points]
  return Array.from({ length: maxPoints }, (_, i) => {
    const start = Math.floor((i * points.length) / maxPoints)
    const stretch = points.slice(start, Math.floor(((i + 1) * points.length) / maxPoints))
    const meanOf = (key: 'x' | 'y') => stretch.reduce((sum, point) => sum + point[key], 0) / stretch.length
    return { x: meanOf('x'), y: meanOf('y') }
  })
}

function frameOf({ width, height, lines, baseline }: LineChart): Frame {
  const points = lines.flatMap((line) => line.points)
  const xs = points.map((point) => point.x)
  const ys = points.flatMap(({ y, low = y, high = y }) => [low, high]).concat(baseline ?? [])
  const xTicks = niceTicks(Math.min(...xs), Math.max(...xs), width < 400 ? 4 : 6)
  const yTicks = niceTicks(Math.min(...ys), Math.max(...ys), height < 220 ? 3 : 5)
  const left = 14 + 7 * Math.max(...yTicks.map((tick) => compact(tick).length))
  const [right, top, bottom] = [width - 14, 12, height - 40]
  return {
    left,
    right,
    top,
    bottom,
    xTicks,
    yTicks,
    toX: scale(xTicks[0]!, xTicks.at(-1)!, left, right),
    toY: scale(yTicks[0]!, yTicks.at(-1)!, bottom, top),
  }
}

function axes({ left, right, top, bottom, xTicks, yTicks, toX, toY }: Frame, chart: LineChart): Markup {
  const { xLabel, yLabel, baseline } = chart
  return html`${yTicks.map(
    (tick) =>
      html`<line class="grid" x1="${at(left)}" x2="${at(right)}" y1="${at(toY(tick))}" y2="${at(toY(tick))}"/><text class="tick" x="${at(left - 7)}" y="${at(toY(tick) + 4)}" text-anchor="end">${compact(tick)}</text>`,
  )}${xTicks.map(
    (tick) =>
      html`<line class="axis" x1="${at(toX(tick))}" x2="${at(toX(tick))}" y1="${at(bottom)}" y2="${at(bottom + 4)}"/><text class="tick" x="${at(toX(tick))}" y="${at(bottom + 17)}" text-anchor="middle">${compact(tick)}</text>`,
  )}<line class="axis" x1="${at(left)}" x2="${at(right)}" y1="${at(bottom)}" y2="${at(bottom)}"/>${
    baseline === undefined
      ? null
      : html`<line class="even" x1="${at(left)}" x2="${at(right)}" y1="${at(toY(baseline))}" y2="${at(toY(baseline))}"/>`
  }<text class="label" x="${at((left + right) / 2)}" y="${at(bottom + 34)}" text-anchor="middle">${xLabel}</text><text class="label" x="${at(left + 6)}" y="${at(top - 1)}">${yLabel}</text>`
}

function path(points: readonly Point[], { toX, toY }: Frame, yOf: (point: Point) => number): string {
  return points.map((point, i) => `${i === 0 ? 'M' : 'L'}${at(toX(point.x))} ${at(toY(yOf(point)))}`).join('')
}

function band(points: readonly Point[], frame: Frame): Markup | null {
  const bounded = points.filter((point) => point.low !== undefined && point.high !== undefined)
  if (bounded.length < 2) return null
  const back = path([...bounded].reverse(), frame, (point) => point.low!).replace('M', 'L')
  return html`<path class="band" d="${path(bounded, frame, (point) => point.high!)}${back}Z"/>`
}

function line({ name, series, points }: Series, frame: Frame, marked: boolean): Markup {
  const shown = marked ? points : points.slice(-1)
  return html`<g class="${seriesClass(series)}">${band(points, frame)}<path class="line" d="${path(points, frame, (point) => point.y)}"><title>${name}</title></path>${shown.map(
    (point) =>
      html`<path class="marker" d="${markerPath(series, frame.toX(point.x), frame.toY(point.y), 3.5)}"><title>${name}: ${compact(point.y)} at ${compact(point.x)}</title></path>`,
  )}</g>`
}

/** The chart; lines without a point are left out, and a chart without any line is nothing. */
export function lineChart(chart: LineChart): Markup | null {
  const marks = lineMarks(chart)
  return (
    marks &&
    html`<svg class="chart" viewBox="0 0 ${chart.width} ${chart.height}" role="img" aria-label="${chart.description}">${marks}</svg>`
  )
}

/** What is in it. */
export function lineMarks(chart: LineChart): Markup | null {
  const lines = chart.lines
    .filter((series) => series.points.length > 0)
    .map((series) => ({ ...series, points: thin(series.points) }))
  if (lines.length === 0) return null
  const frame = frameOf({ ...chart, lines })
  return html`${axes(frame, chart)}${lines.map((series) => line(series, frame, chart.marked ?? false))}`
}
