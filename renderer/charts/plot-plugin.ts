/**
 * What a chart has besides uPlot's lines: a faint grid, ticks and limits as text that grows with the text size, dotted
 * lines to measure against, and the value at the shared line in the head.
 */
import type uPlot from 'uplot'
import type { ChartLimit } from './limits.ts'
import { linearTicks, logTicks } from './ticks.ts'

export interface ChartRules {
  limits: readonly ChartLimit[]
  /** To measure against: one half, zero. */
  reference: number | null
}

export interface ChartWords {
  x: (value: number) => string
  y: (value: number) => string
  /** Whether only whole numbers make sense on the x axis. */
  isWholeX: boolean
}

export interface ChartInks {
  grid: string
  axis: string
  limit: string
}

/** @param rulesOf returns the current rules; they are read whenever the chart is drawn */
export function rulesPlugin(rulesOf: () => ChartRules, words: ChartWords, inks: ChartInks): uPlot.Plugin {
  const layers = new Map<uPlot, HTMLElement>()
  return {
    hooks: {
      init(chart) {
        const layer = document.createElement('div')
        layer.setAttribute('aria-hidden', 'true')
        chart.over.append(layer)
        layers.set(chart, layer)
      },
      drawClear(chart) {
        drawRules(chart, rulesOf(), inks)
        layers.get(chart)?.replaceChildren(...tickElements(chart, words), ...limitElements(chart, rulesOf()))
      },
      destroy: (chart) => void layers.delete(chart),
    },
  }
}

function rangeOf({ scales }: uPlot, key: 'x' | 'y'): [number, number] | null {
  const { min, max } = scales[key]!
  return min === undefined || max === undefined || min === null || max === null ? null : [min, max]
}

function ticksOf(chart: uPlot, isWholeX: boolean): { x: number[]; y: number[] } {
  const [x, y] = [rangeOf(chart, 'x'), rangeOf(chart, 'y')]
  const isLog = chart.scales.y!.distr === 3
  return {
    x: x ? linearTicks(x, isWholeX) : [],
    y: y ? (isLog ? logTicks(y) : linearTicks(y)) : [],
  }
}

function drawRules(chart: uPlot, { limits, reference }: ChartRules, { grid, axis, limit }: ChartInks): void {
  const { ctx, bbox } = chart
  const level = (value: number, ink: string, dash: number[]) => {
    const range = rangeOf(chart, 'y')
    if (!range || value < range[0] || value > range[1]) return
    const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5
    ctx.strokeStyle = ink
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio))
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  for (const tick of ticksOf(chart, false).y) level(tick, grid, [])
  const floor = rangeOf(chart, 'y')
  if (floor) level(floor[0], axis, [])
  if (reference !== null) level(reference, axis, [1, 3])
  for (const { value } of limits) level(value, limit, [4, 3])
  ctx.restore()
}

function tickElements(chart: uPlot, { x, y, isWholeX }: ChartWords): HTMLElement[] {
  const ticks = ticksOf(chart, isWholeX)
  const { clientWidth, clientHeight } = chart.over
  return [
    ...ticks.x.map((tick) =>
      textAt('chart-tick x', x(tick), { left: `${Math.min(chart.valToPos(tick, 'x'), clientWidth)}px` }),
    ),
    ...ticks.y.map((tick) =>
      textAt('chart-tick y', y(tick), { top: `${Math.min(chart.valToPos(tick, 'y'), clientHeight)}px` }),
    ),
  ]
}

/** A limit that is in sight is named on its line; one that is far is pointed to. */
function limitElements(chart: uPlot, { limits }: ChartRules): HTMLElement[] {
  const range = rangeOf(chart, 'y')
  if (!range) return []
  return limits.flatMap(({ value, words, isPointedTo }) => {
    const isFar = value < range[0] || value > range[1]
    if (isFar && !isPointedTo) return []
    if (value < range[0]) return [textAt('chart-limit', `${words} ↓`, { bottom: '0' })]
    if (value > range[1]) return [textAt('chart-limit', `${words} ↑`, { top: '0' })]
    // Near the axis it stands above its line, where no tick is.
    const side = value < range[0] + (range[1] - range[0]) / 5 ? 'above' : 'on'
    return [textAt(`chart-limit ${side}`, words, { top: `${chart.valToPos(value, 'y')}px` })]
  })
}

function textAt(className: string, text: string, style: Partial<CSSStyleDeclaration>): HTMLElement {
  const element = document.createElement('span')
  element.className = className
  element.textContent = text
  Object.assign(element.style, style)
  return element
}
