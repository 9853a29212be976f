/** Lines over steps by uPlot: smoothed, the raw line ghosted; one crosshair for a group of charts; a table behind each. */
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Button, durationOf, numberOf } from '../ui/kit.tsx'
import './line-chart.css'
import { colourOf } from './colours.ts'
import { type ChartMark, marksPlugin } from './marks.ts'
import { joinSeries, smooth, stretched } from './series.ts'

export interface LineSeries {
  name: string
  points: readonly (readonly [x: number, value: number])[]
}

/** What the x axis counts. */
export type XUnit = 'step' | 'seconds' | 'KL'

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
}: {
  title: string
  series: readonly LineSeries[]
  /** Weight of what came before, 0 to below 1. */
  smoothing?: number
  isLog?: boolean
  height?: number
  /** Charts of the same group share their crosshair. */
  group?: string
  x?: XUnit
  marks?: readonly ChartMark[]
  /** Where the x axis begins and ends at least. */
  extent?: readonly [from: number, to: number]
}) {
  const [showsTable, setShowsTable] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
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
  const newest = useRef({ data, marks })
  newest.current = { data, marks }
  useEffect(() => {
    const element = place.current!
    const chart = new uPlot(
      optionsFor(
        element,
        names.split('\n'),
        { isSmooth, isLog, height, group, x },
        () => newest.current.marks,
      ),
      newest.current.data,
      element,
    )
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [names, isSmooth, isLog, height, group, x])
  useEffect(() => plot.current?.setData(data), [data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart reads the marks when it draws
  useEffect(() => plot.current?.redraw(false), [marks])
  return (
    <figure className="line-chart">
      <figcaption className="row spread">
        <span>{title}</span>
        <span className="numbers quiet">
          {series.map(({ points }) => numberOf(points.at(-1)?.[1])).join(' · ')}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={summaryOf(title, series, x)} style={{ minHeight: height }} />
      <Button kind="quiet" aria-expanded={showsTable} onClick={() => setShowsTable(!showsTable)}>
        {showsTable ? 'hide the numbers' : 'numbers'}
      </Button>
      {showsTable && <Numbers series={series} />}
    </figure>
  )
}

const none: ChartMark[] = []

interface Look {
  isSmooth: boolean
  isLog: boolean
  height: number
  group: string
  x: XUnit
}

function optionsFor(
  element: HTMLElement,
  names: string[],
  { isSmooth, isLog, height, group, x }: Look,
  marksOf: () => readonly ChartMark[],
): uPlot.Options {
  const style = getComputedStyle(element)
  const bare: uPlot.Axis = {
    stroke: style.color,
    grid: { stroke: style.borderTopColor, width: 1 },
    ticks: { show: false },
  }
  const lines = names.flatMap((name, i): uPlot.Series[] => {
    const line = { label: name, stroke: colourOf(i), width: 1.5, spanGaps: true, points: { show: isShort } }
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
      { ...bare, size: 30, ...(x === 'seconds' && { values: (_, ticks) => ticks.map(durationOf) }) },
      { ...bare, size: 56, values: (_, ticks) => ticks.map((tick) => numberOf(tick)) },
    ],
    series: [{}, ...lines],
  }
}

/** A line needs two points; fewer are drawn as such. */
function isShort(chart: uPlot, line: number): boolean {
  let known = 0
  for (const value of chart.data[line]!) if (value !== null && ++known === 3) return false
  return true
}

function summaryOf(title: string, series: readonly LineSeries[], x: XUnit): string {
  const at = (place: number) =>
    x === 'seconds' ? `after ${durationOf(place)}` : `at ${x} ${numberOf(place)}`
  const lines = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    return first && last
      ? `${name} goes from ${numberOf(first[1])} ${at(first[0])} to ${numberOf(last[1])} ${at(last[0])}`
      : `${name} has no points`
  })
  return `${title}: ${lines.join('; ')}.`
}

const mostRows = 50

function Numbers({ series }: { series: readonly LineSeries[] }) {
  return (
    <div className="line-chart-numbers">
      {series.map(({ name, points }) => {
        const every = Math.max(1, Math.ceil(points.length / mostRows))
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
