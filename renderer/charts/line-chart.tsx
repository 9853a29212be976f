/** Line charts by uPlot: smoothed over the faint raw line, one crosshair per group of charts, and a table of the numbers. */
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Button } from '../ui/button.tsx'
import { durationOf, numberOf } from '../ui/format.ts'
import './line-chart.css'
import { drawnColourOf } from './colours.ts'
import { type ChartMark, marksPlugin } from './marks.ts'
import { joinSeries, smooth, stretched } from './series.ts'

export interface LineSeries {
  name: string
  points: readonly (readonly [x: number, value: number])[]
}

/** The unit of the x axis. */
export type XUnit = 'step' | 'seconds' | 'KL'

interface LineChartProps {
  title: string
  series: readonly LineSeries[]
  /** Weight of the earlier values, from 0 to below 1. */
  smoothing?: number
  isLog?: boolean
  height?: number
  /** Charts of the same group share their crosshair. */
  group?: string
  x?: XUnit
  marks?: readonly ChartMark[]
  /** What the x axis shows at least. */
  extent?: readonly [from: number, to: number]
}

export function LineChart({
  title,
  series,
  smoothing = 0,
  isLog = false,
  height = 180,
  group = 'charts',
  x = 'step',
  marks = none,
  extent,
}: LineChartProps) {
  const [showsTable, setShowsTable] = useState(false)
  const element = useRef<HTMLDivElement>(null)
  const names = series.map(({ name }) => name).join('\n')
  const isSmooth = smoothing > 0
  const joined = useMemo(() => {
    const own = joinSeries(series.map(({ points }) => points))
    return extent ? stretched(own, extent) : own
  }, [series, extent])
  const data = useMemo(() => {
    const { steps, columns } = joined
    const drawn = isSmooth ? columns.flatMap((column) => [column, smooth(column, smoothing)]) : columns
    return [steps, ...drawn] as uPlot.AlignedData
  }, [joined, smoothing, isSmooth])
  usePlot(element, { names, isSmooth, isLog, height, group, x }, { data, marks })
  return (
    <figure className="line-chart">
      <figcaption className="row wrap between">
        <span>{title}</span>
        <span className="num quiet">
          {series.map(({ points }) => numberOf(points.at(-1)?.[1])).join(' · ')}
        </span>
      </figcaption>
      <div ref={element} role="img" aria-label={summaryOf(title, series, x)} style={{ minHeight: height }} />
      <Button kind="quiet" aria-expanded={showsTable} onClick={() => setShowsTable(!showsTable)}>
        {showsTable ? 'Hide numbers' : 'Numbers'}
      </Button>
      {showsTable && <Numbers series={series} />}
    </figure>
  )
}

const none: ChartMark[] = []

/** What a plot is made with; a change of it needs a new plot. */
interface Look {
  /** The names of the lines, one per line of text. */
  names: string
  isSmooth: boolean
  isLog: boolean
  height: number
  group: string
  x: XUnit
}

/** What a plot can change without being made again. */
interface Content {
  data: uPlot.AlignedData
  marks: readonly ChartMark[]
}

/** Keeps a plot inside an element. */
function usePlot(container: RefObject<HTMLDivElement | null>, look: Look, content: Content): void {
  const { names, isSmooth, isLog, height, group, x } = look
  const plot = useRef<uPlot | null>(null)
  const newest = useRef(content)
  newest.current = content
  useEffect(() => {
    const element = container.current!
    const options = optionsFor(
      element,
      { names, isSmooth, isLog, height, group, x },
      () => newest.current.marks,
    )
    const chart = new uPlot(options, newest.current.data, element)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [container, names, isSmooth, isLog, height, group, x])
  const { data, marks } = content
  useEffect(() => plot.current?.setData(data), [data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart reads the marks when it draws
  useEffect(() => plot.current?.redraw(false), [marks])
}

function optionsFor(
  element: HTMLElement,
  { names, isSmooth, isLog, height, group, x }: Look,
  marksOf: () => readonly ChartMark[],
): uPlot.Options {
  const style = getComputedStyle(element)
  const axis: uPlot.Axis = {
    stroke: style.color,
    grid: { stroke: style.borderTopColor, width: 1 },
    ticks: { show: false },
  }
  const lines = names.split('\n').flatMap((name, i): uPlot.Series[] => {
    const stroke = drawnColourOf(style, i)
    const line = { label: name, stroke, width: 1.75, spanGaps: true, points: { show: isShort } }
    return isSmooth ? [{ ...line, label: `${name}, raw`, alpha: 0.25, width: 1 }, line] : [line]
  })
  return {
    width: element.clientWidth || 320,
    height,
    legend: { show: false },
    cursor: { sync: { key: group } },
    scales: { x: { time: false }, y: isLog ? { distr: 3 } : {} },
    plugins: [marksPlugin(marksOf, { warning: style.outlineColor, quiet: style.color })],
    axes: [
      { ...axis, size: 30, ...(x === 'seconds' && { values: (_, ticks) => ticks.map(durationOf) }) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => numberOf(tick)) },
    ],
    series: [{}, ...lines],
  }
}

/** A line with fewer than three points shows them as dots. */
function isShort(chart: uPlot, line: number): boolean {
  let count = 0
  for (const value of chart.data[line]!) if (value !== null && ++count === 3) return false
  return true
}

function summaryOf(title: string, series: readonly LineSeries[], x: XUnit): string {
  const at = (position: number) =>
    x === 'seconds' ? `after ${durationOf(position)}` : `at ${x} ${numberOf(position)}`
  const lines = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    return first && last
      ? `${name} goes from ${numberOf(first[1])} ${at(first[0])} to ${numberOf(last[1])} ${at(last[0])}`
      : `${name} has no points`
  })
  return `${title}: ${lines.join('; ')}.`
}

const maxRows = 50

function Numbers({ series }: { series: readonly LineSeries[] }) {
  return (
    <div className="line-chart-numbers">
      {series.map(({ name, points }) => {
        const every = Math.max(1, Math.ceil(points.length / maxRows))
        return (
          <table key={name} className="table">
            <caption>{name}</caption>
            <tbody>
              {points
                .filter((_, i) => i % every === 0 || i === points.length - 1)
                .map(([step, value]) => (
                  <tr key={step}>
                    <th scope="row">{step}</th>
                    <td>{numberOf(value, 4)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        )
      })}
    </div>
  )
}
