/** Marks on a chart's x axis: drawn with the lines, explained on hover. */
import type uPlot from 'uplot'

export interface ChartMark {
  /** On the chart's x axis. */
  x: number
  /** A warning is drawn over the whole height, anything else at the axis. */
  isWarning: boolean
  sentence: string
}

const size = 6

/** @param marksOf returns the current marks; the chart draws them whenever it draws its lines */
export function marksPlugin(
  marksOf: () => readonly ChartMark[],
  colours: { warning: string; quiet: string },
) {
  const hover = new Map<uPlot, HTMLElement>()
  return {
    hooks: {
      init(chart: uPlot) {
        const layer = document.createElement('div')
        layer.setAttribute('aria-hidden', 'true')
        chart.over.append(layer)
        hover.set(chart, layer)
      },
      draw(chart: uPlot) {
        const marks = marksOf().filter(({ x }) => isWithin(chart, x))
        for (const mark of marks) drawMark(chart, mark, colours)
        hover.get(chart)?.replaceChildren(...marks.map((mark) => hoverElement(chart, mark)))
      },
      destroy(chart: uPlot) {
        hover.delete(chart)
      },
    },
  } satisfies uPlot.Plugin
}

function isWithin({ scales }: uPlot, x: number): boolean {
  const { min, max } = scales.x!
  return min !== undefined && max !== undefined && x >= min && x <= max
}

/** A triangle on the axis. Not by colour alone: that of a warning is filled and has a dashed line. */
function drawMark(
  chart: uPlot,
  { x, isWarning }: ChartMark,
  { warning, quiet }: { warning: string; quiet: string },
): void {
  const { ctx, bbox } = chart
  const at = chart.valToPos(x, 'x', true)
  const bottom = bbox.top + bbox.height
  const half = size * devicePixelRatio
  ctx.save()
  ctx.strokeStyle = isWarning ? warning : quiet
  ctx.fillStyle = warning
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(at - half / 2, bottom)
  ctx.lineTo(at, bottom - half)
  ctx.lineTo(at + half / 2, bottom)
  ctx.closePath()
  ctx.stroke()
  if (isWarning) {
    ctx.fill()
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(at, bbox.top)
    ctx.lineTo(at, bottom)
    ctx.stroke()
  }
  ctx.restore()
}

function hoverElement(chart: uPlot, { x, sentence }: ChartMark): HTMLElement {
  const element = document.createElement('span')
  element.className = 'chart-mark'
  element.title = sentence
  element.style.left = `${chart.valToPos(x, 'x') - size}px`
  return element
}
