/** Keeps a uPlot inside an element: made again when its look or the theme changes, given new data otherwise. */
import { type RefObject, useEffect, useRef, useSyncExternalStore } from 'react'
import uPlot from 'uplot'
import { durationOf, numberOf } from '../ui/format.ts'
import { dashOf, drawnColourOf } from './colours.ts'
import type { XUnit } from './line-chart.tsx'
import { type ChartMark, marksPlugin } from './marks.ts'
import { type ChartRules, rulesPlugin } from './plot-plugin.ts'
import { fittedRange } from './ticks.ts'

/** What a plot is made with; a change of it needs a new plot. */
export interface PlotLook {
  /** The colours of the series, by their numbers. */
  lines: string
  /** Of each series, 1 if it has a band. */
  bands: string
  isSmooth: boolean
  isLog: boolean
  group: string
  x: XUnit
}

/** What a plot can change without being made again. */
export interface PlotContent {
  data: (number | null)[][]
  marks: readonly ChartMark[]
  rules: ChartRules
  zoom: readonly [from: number, to: number] | null
  onZoom: ((zoom: [from: number, to: number] | null) => void) | undefined
}

interface Elements {
  element: RefObject<HTMLDivElement | null>
  /** Whose elements `.chart-value` show the values at the line, one per series. */
  now: RefObject<HTMLElement | null>
}

/** @returns a function that moves the line by a number of points */
export function usePlot(
  { element: container, now }: Elements,
  look: PlotLook,
  content: PlotContent,
): (by: number) => void {
  const { lines, bands, isSmooth, isLog, group, x } = look
  const plot = useRef<uPlot | null>(null)
  const newest = useRef(content)
  newest.current = content
  const theme = useSyncExternalStore(onTheme, themeStamp)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme has new colours
  useEffect(() => {
    const element = container.current!
    const at = { lines, bands, isSmooth, isLog, group, x }
    const showValues = (chart: uPlot) => writeValues(now.current, chart, at)
    const options = optionsFor(element, at, { newest: () => newest.current, showValues })
    const chart = new uPlot(options, aligned(newest.current), element)
    plot.current = chart
    applyZoom(chart, newest.current)
    const observer = new ResizeObserver(() => chart.setSize(sizeOf(element)))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [container, now, lines, bands, isSmooth, isLog, group, x, theme])
  const { data, marks, rules, zoom } = content
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns are new exactly when the first is, or the last
  useEffect(() => {
    if (!plot.current) return
    plot.current.setData(aligned(newest.current))
    applyZoom(plot.current, newest.current)
  }, [data[0], data.at(-1), zoom])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart reads them when it draws
  useEffect(() => plot.current?.redraw(false), [marks, rules.limits, rules.reference])
  return (by) => plot.current && moveLine(plot.current, by)
}

function aligned({ data }: PlotContent): uPlot.AlignedData {
  return data as uPlot.AlignedData
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth || 320, height: element.clientHeight || 140 }
}

function applyZoom(chart: uPlot, { zoom, data }: PlotContent): void {
  const [steps] = data
  const [min, max] = zoom ?? [steps?.[0] ?? 0, steps?.at(-1) ?? 1]
  if (min !== null && max !== null) chart.setScale('x', { min, max: max > min ? max : min + 1 })
}

interface Owner {
  newest: () => PlotContent
  showValues: (chart: uPlot) => void
}

function optionsFor(element: HTMLElement, look: PlotLook, { newest, showValues }: Owner): uPlot.Options {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const ink = (name: string) => resolved(element, `var(${name})`)
  const { series, bands, points } = seriesOf(element, look)
  const words = {
    x: look.x === 'seconds' ? durationOf : (value: number) => numberOf(value, 6),
    y: (value: number) => numberOf(value),
    isWholeX: look.x === 'step',
  }
  const yRange = (_: uPlot, low: number | null, high: number | null): [number, number] =>
    low === null || high === null
      ? [0, 1]
      : fittedRange(
          [low, high],
          newest().rules.limits.map(({ value }) => value),
        )
  return {
    ...sizeOf(element),
    legend: { show: false },
    padding: [0.5 * rem, 0.6 * rem, 1.25 * rem, 2.6 * rem],
    cursor: {
      y: false,
      sync: { key: look.group },
      drag: { x: true, y: false, setScale: false },
      points: { show: (chart, line) => crossing(chart, points.includes(line)) },
      bind: { dblclick: () => () => showAll(newest()) },
    },
    scales: { x: { time: false }, y: look.isLog ? { distr: 3 } : { range: yRange } },
    axes: [{ show: false }, { show: false }],
    plugins: [
      rulesPlugin(() => newest().rules, words, {
        grid: ink('--line'),
        axis: ink('--ink-3'),
        limit: ink('--bad'),
      }),
      marksPlugin(() => newest().marks, { warning: ink('--bad'), quiet: ink('--ink-2') }),
    ],
    hooks: {
      setCursor: [showValues],
      setData: [showValues],
      setSelect: [(chart) => selectZoom(chart, newest())],
    },
    series: [{}, ...series],
    bands,
  }
}

/** The point at which a line is crossed; the raw line beneath a smoothed one has none. */
function crossing(_: uPlot, isShown: boolean): HTMLElement {
  const point = document.createElement('div')
  point.hidden = !isShown
  return point
}

function showAll({ onZoom }: PlotContent): null {
  onZoom?.(null)
  return null
}

function selectZoom(chart: uPlot, { onZoom }: PlotContent): void {
  const { left, width } = chart.select
  if (width <= 0) return
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  if (width > 4) onZoom?.([chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')])
}

/** The drawn lines of each series, in the order of the data. */
function seriesOf(element: HTMLElement, { lines, bands, isSmooth }: PlotLook) {
  const style = getComputedStyle(element)
  const series: uPlot.Series[] = []
  const filled: uPlot.Band[] = []
  /** Those whose values are read. */
  const points: number[] = []
  const hasBand = bands.split(',')
  for (const [i, colour] of lines.split(',').map(Number).entries()) {
    const stroke = drawnColourOf(style, colour)
    const line: uPlot.Series = {
      stroke,
      width: 1.75,
      dash: dashOf(colour),
      spanGaps: true,
      points: { ...pointStyle, fill: stroke },
    }
    if (isSmooth) series.push({ ...line, alpha: 0.28, width: 1, dash: [], points: { show: false } })
    series.push(line)
    points.push(series.length)
    if (hasBand[i] !== '1') continue
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } }
    series.push(edge, edge)
    filled.push({
      series: [series.length, series.length - 1],
      fill: resolved(element, `color-mix(in oklab, ${stroke} 16%, transparent)`),
    })
  }
  return { series, bands: filled, points }
}

/** @returns a colour as a canvas takes it: without variables, and that of the present theme */
function resolved(element: HTMLElement, colour: string): string {
  element.style.color = colour
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}

/** A line with few points shows them as dots, filled: a single one must be seen too. */
const pointStyle: uPlot.Series.Points = { show: isShort, size: 6 }

const fewPoints = 12

function isShort(chart: uPlot, line: number): boolean {
  let count = 0
  for (const value of chart.data[line]!) if (value !== null && ++count > fewPoints) return false
  return true
}

/** Writes each series' value at the line, or the last one before it. */
function writeValues(now: HTMLElement | null, chart: uPlot, { lines, bands, isSmooth }: PlotLook): void {
  if (!now) return
  const { idx } = chart.cursor
  const at = idx ?? chart.data[0].length - 1
  const hasBand = bands.split(',')
  let line = 0
  for (const [i, element] of [...now.querySelectorAll('.chart-value')].entries()) {
    if (i >= lines.split(',').length) break
    line += isSmooth ? 2 : 1
    element.textContent = numberOf(valueBefore(chart.data[line], at))
    if (hasBand[i] === '1') line += 2
  }
  const flag = flagOf(chart)
  flag.hidden = idx === null || idx === undefined
  if (flag.hidden) return
  flag.style.left = `${chart.cursor.left}px`
  flag.textContent = numberOf(chart.data[0][at], 6)
}

/** The position of the line, on the axis. */
function flagOf(chart: uPlot): HTMLElement {
  const found = chart.over.querySelector<HTMLElement>('.chart-flag')
  if (found) return found
  const flag = document.createElement('span')
  flag.className = 'chart-flag'
  flag.setAttribute('aria-hidden', 'true')
  chart.over.append(flag)
  return flag
}

function valueBefore(column: uPlot.AlignedData[number] | undefined, at: number): number | null {
  for (let i = at; i >= 0; i--) {
    const value = column?.[i]
    if (value !== null && value !== undefined) return value
  }
  return null
}

function moveLine(chart: uPlot, by: number): void {
  const [steps] = chart.data
  const at = Math.min(Math.max((chart.cursor.idx ?? steps.length - 1) + by, 0), steps.length - 1)
  // Published by the plot itself, with the value by which the others find their own position; its types lack this argument.
  const setCursor: (to: { left: number; top: number }, fires: boolean, publishes: boolean) => void =
    chart.setCursor
  setCursor({ left: chart.valToPos(steps[at]!, 'x'), top: chart.over.clientHeight / 2 }, true, true)
}

let stamp = 0
/** Colours change with the theme, sizes with the text size; both are set at the root element. */
function onTheme(changed: () => void): () => void {
  const listener = () => {
    stamp++
    changed()
  }
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'style'] })
  dark.addEventListener('change', listener)
  return () => {
    observer.disconnect()
    dark.removeEventListener('change', listener)
  }
}

function themeStamp(): number {
  return stamp
}
