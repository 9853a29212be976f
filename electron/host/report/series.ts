/** The look of each arm: one colour and one marker, the same in every figure of a report. */
import { html, type Markup } from './markup.ts'
import { at } from './numbers.ts'

/** Colours are in `figure-style.ts` as --series-0 … --series-6; 0 is grey, for the reference. */
const seriesCount = 6

/** As many as there are colours, so that no two of the first arms differ only in colour; later ones differ in both as pairs. */
const shapes: ((x: number, y: number, r: number) => string)[] = [
  (x, y, r) => `M${at(x - r)} ${at(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  (x, y, r) => `M${at(x - r * 0.9)} ${at(y - r * 0.9)}h${at(r * 1.8)}v${at(r * 1.8)}h${at(-r * 1.8)}Z`,
  (x, y, r) => `M${at(x)} ${at(y - r * 1.2)}L${at(x + r * 1.15)} ${at(y + r * 0.85)}H${at(x - r * 1.15)}Z`,
  (x, y, r) =>
    `M${at(x)} ${at(y - r * 1.25)}L${at(x + r * 1.25)} ${at(y)}L${at(x)} ${at(y + r * 1.25)}L${at(x - r * 1.25)} ${at(y)}Z`,
  (x, y, r) => `M${at(x)} ${at(y + r * 1.2)}L${at(x + r * 1.15)} ${at(y - r * 0.85)}H${at(x - r * 1.15)}Z`,
  (x, y, r) => {
    const [arm, half] = [r * 1.2, r * 0.45]
    const side = at(arm - half)
    return `M${at(x - half)} ${at(y - arm)}h${at(2 * half)}v${side}h${side}v${at(2 * half)}h-${side}v${side}h${at(-2 * half)}v-${side}h-${side}v${at(-2 * half)}h${side}Z`
  },
]

/** Class that sets a series' colour. */
export function seriesClass(series: number): string {
  return series === 0 ? 'series-0' : `series-${1 + ((series - 1) % seriesCount)}`
}

/** Outline of a series' marker around (x, y), as SVG path data. */
export function markerPath(series: number, x: number, y: number, radius: number): string {
  const round = Math.floor((series - 1) / seriesCount)
  return shapes[series === 0 ? 0 : (series - 1 + round) % shapes.length]!(x, y, radius)
}

/** A short line with its marker (20 × 12), shown before a name. */
export function swatch(series: number): Markup {
  return html`<svg class="swatch ${seriesClass(series)}" viewBox="0 0 20 12" aria-hidden="true">${swatchMarks(series)}</svg>`
}

/** The contents of a swatch. */
export function swatchMarks(series: number): Markup {
  return html`<path class="line" d="M1 6H19"/><path class="marker" d="${markerPath(series, 10, 6, 3.5)}"/>`
}
