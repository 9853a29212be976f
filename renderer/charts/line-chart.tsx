/** Line charts by uPlot: smoothed over the faint raw line, one line to read at per group of charts, its values in the head. */
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import 'uplot/dist/uPlot.min.css'
import { IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { durationOf, numberOf } from '../ui/format.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import './line-chart.css'
import { Swatch } from './legend.tsx'
import type { ChartMark } from './marks.ts'
import { NumbersTable } from './numbers-table.tsx'
import type { ChartRules } from './plot-plugin.ts'
import { joinSeries, smooth, stretched } from './series.ts'
import { type PlotContent, type PlotLook, usePlot } from './use-plot.ts'

export interface LineSeries {
  name: string
  points: readonly (readonly [x: number, value: number])[]
  /** Its place in the order of colours and dashes; that in the chart if omitted. */
  colour?: number
  /** The 95% interval of a value. */
  intervalOf?: (value: number) => readonly [low: number, high: number] | null
}

/** The unit of the x axis. */
export type XUnit = 'step' | 'seconds' | 'KL'

export interface LineChartProps {
  title: string
  /** The unit of the values. */
  unit?: string
  /** What the title's tooltip says: the name of the metric, its formula and meaning. */
  explanation?: ReactNode
  series: readonly LineSeries[]
  /** Weight of the earlier values, from 0 to below 1. */
  smoothing?: number
  isLog?: boolean
  /** Charts of the same group share the line at which values are read. */
  group?: string
  x?: XUnit
  marks?: readonly ChartMark[]
  limits?: ChartRules['limits']
  reference?: number | null
  /** What the x axis shows at least. */
  extent?: readonly [from: number, to: number]
  /** The part of the x axis that is shown; all of it if null. */
  zoom?: readonly [from: number, to: number] | null
  onZoom?: (zoom: [from: number, to: number] | null) => void
  isLarge?: boolean
}

export function LineChart(props: LineChartProps) {
  const { title, unit = '', explanation, series, isLarge = false } = props
  const [isFull, setFull] = useState(false)
  const chart = useChart(props)
  return (
    <figure
      className={isLarge ? 'chart-large' : 'card chart-card'}
      aria-label={summaryOf(title, series, props.x ?? 'step')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the line at which values are read
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'f' && !isLarge) setFull(true)
        else chart.onKey(event)
      }}
    >
      <figcaption className="chart-head">
        <Title title={title} explanation={explanation} />
        {unit && <span className="chart-unit">{unit}</span>}
        {chart.warning && <span className="chart-warning">{chart.warning}</span>}
        {!isLarge && (
          <IconButton
            icon="expand"
            label={`${title}, large`}
            keys="f"
            isSmall
            className="chart-full"
            onClick={() => setFull(true)}
          />
        )}
        <Now chart={chart} series={series} />
      </figcaption>
      <div ref={chart.element} className="chart" />
      {isFull && (
        <Dialog open onClose={() => setFull(false)} title={title} wide>
          <LineChart {...props} isLarge group={`${title}, large`} />
          <NumbersTable series={series} x={props.x ?? 'step'} />
        </Dialog>
      )}
    </figure>
  )
}

function Title({ title, explanation }: Pick<LineChartProps, 'title' | 'explanation'>) {
  if (!explanation) return <span className="medium">{title}</span>
  return (
    <Tooltip text={explanation}>
      <button type="button" className="chart-title">
        {title}
      </button>
    </Tooltip>
  )
}

/** The values at the line, or the newest; the plot writes them while the pointer moves. */
function Now({ chart, series }: { chart: Chart; series: readonly LineSeries[] }) {
  return (
    <span className="chart-now" ref={chart.now}>
      {series.map(({ name, points, colour }, i) => (
        <span key={name}>
          {series.length > 1 && <Swatch index={colour ?? i} />}
          <b className="chart-value">{numberOf(points.at(-1)?.[1])}</b>
        </span>
      ))}
    </span>
  )
}

type Chart = ReturnType<typeof useChart>

const noMarks: ChartMark[] = []
const noLimits: ChartRules['limits'] = []

function useChart(props: LineChartProps) {
  const { series, smoothing = 0, extent, isLog = false, group = 'charts', x = 'step', zoom = null } = props
  const element = useRef<HTMLDivElement>(null)
  const now = useRef<HTMLSpanElement>(null)
  const isSmooth = smoothing > 0
  const cannotLog = isLog && series.some(({ points }) => points.some(([, value]) => value <= 0))
  const joined = useMemo(() => {
    const own = joinSeries(series.map(({ points }) => points))
    return extent ? stretched(own, extent) : own
  }, [series, extent])
  const lines = useMemo(() => linesOf(series, joined.columns, smoothing), [series, joined, smoothing])
  const look: PlotLook = {
    lines: series.map(({ colour }, i) => colour ?? i).join(),
    bands: series.map(({ intervalOf }) => (intervalOf ? 1 : 0)).join(),
    isSmooth,
    isLog: isLog && !cannotLog,
    group,
    x,
  }
  const content: PlotContent = {
    data: [joined.steps, ...lines],
    marks: props.marks ?? noMarks,
    rules: { limits: props.limits ?? noLimits, reference: props.reference ?? null },
    zoom,
    onZoom: props.onZoom,
  }
  const move = usePlot({ element, now }, look, content)
  return {
    element,
    now,
    warning: cannotLog ? 'has values at or below 0: linear axis' : null,
    onKey(event: KeyboardEvent) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      if (by === undefined || event.target !== event.currentTarget) return
      event.preventDefault()
      move(event.shiftKey ? 10 * by : by)
    },
  }
}

type Column = (number | null)[]

/** Of each series: the raw line if it is smoothed over, the line, and the two edges of its band if it has one. */
function linesOf(series: readonly LineSeries[], columns: readonly Column[], smoothing: number): Column[] {
  return series.flatMap(({ intervalOf }, i) => {
    const column = columns[i]!
    const drawn = smoothing > 0 ? [column, smooth(column, smoothing)] : [column]
    if (!intervalOf) return drawn
    const edges = drawn.at(-1)!.map((value) => (value === null ? null : intervalOf(value)))
    return [...drawn, edges.map((edge) => edge?.[0] ?? null), edges.map((edge) => edge?.[1] ?? null)]
  })
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
