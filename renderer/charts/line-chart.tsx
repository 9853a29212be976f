/** Lines over steps by uPlot: smoothed, the raw line ghosted; one crosshair for a group of charts; a table behind each. */
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Button, numberOf } from '../ui/kit.tsx'
import './line-chart.css'
import { colourOf } from './colours.ts'
import { joinSeries, smooth } from './series.ts'

export interface LineSeries {
  name: string
  points: readonly (readonly [step: number, value: number])[]
}

export function LineChart({
  title,
  series,
  smoothing = 0,
  isLog = false,
  height = 180,
  group = 'charts',
  along = 'step',
}: {
  title: string
  series: readonly LineSeries[]
  /** Weight of what came before, 0 to below 1. */
  smoothing?: number
  isLog?: boolean
  height?: number
  /** Charts of the same group share their crosshair. */
  group?: string
  /** What the horizontal axis counts. */
  along?: string
}) {
  const [showsTable, setShowsTable] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const names = series.map(({ name }) => name).join('\n')
  const isSmooth = smoothing > 0
  const data = useMemo(() => {
    const { steps, columns } = joinSeries(series.map(({ points }) => points))
    const drawn = isSmooth ? columns.flatMap((column) => [column, smooth(column, smoothing)]) : columns
    return [steps, ...drawn] as uPlot.AlignedData
  }, [series, smoothing, isSmooth])
  const newest = useRef(data)
  newest.current = data
  useEffect(() => {
    const element = place.current!
    const chart = new uPlot(
      optionsFor(element, names.split('\n'), { isSmooth, isLog, height, group }),
      newest.current,
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
  }, [names, isSmooth, isLog, height, group])
  useEffect(() => plot.current?.setData(data), [data])
  return (
    <figure className="line-chart">
      <figcaption className="row spread">
        <span>{title}</span>
        <span className="numbers quiet">
          {series.map(({ points }) => numberOf(points.at(-1)?.[1])).join(' · ')}
        </span>
      </figcaption>
      <div
        ref={place}
        role="img"
        aria-label={summaryOf(title, series, along)}
        style={{ minHeight: height }}
      />
      <Button kind="quiet" aria-expanded={showsTable} onClick={() => setShowsTable(!showsTable)}>
        {showsTable ? 'hide the numbers' : 'numbers'}
      </Button>
      {showsTable && <Numbers series={series} />}
    </figure>
  )
}

function optionsFor(
  element: HTMLElement,
  names: string[],
  { isSmooth, isLog, height, group }: { isSmooth: boolean; isLog: boolean; height: number; group: string },
): uPlot.Options {
  const style = getComputedStyle(element)
  const axis: uPlot.Axis = {
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
    axes: [axis, { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => numberOf(tick)) }],
    series: [{}, ...lines],
  }
}

/** A line needs two points; fewer are drawn as such. */
function isShort(chart: uPlot, line: number): boolean {
  return Array.from(chart.data[line]!).filter((value) => value !== null).length < 3
}

function summaryOf(title: string, series: readonly LineSeries[], along: string): string {
  const lines = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    return first && last
      ? `${name} goes from ${numberOf(first[1])} at ${along} ${first[0]} to ${numberOf(last[1])} at ${along} ${last[0]}`
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
