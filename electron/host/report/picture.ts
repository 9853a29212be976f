/** A figure as a self-contained SVG file: title, legend, plain colours and system fonts. */
import { pictureRules } from './figure-style.ts'
import { axisLabels, barMarks, gridLines, intervalScale, type Measured, rowHeight } from './interval-bar.ts'
import { type LineChart, lineMarks } from './line-chart.ts'
import { html, type Markup } from './markup.ts'
import { at } from './numbers.ts'
import { seriesClass, swatchMarks } from './series.ts'

export interface Picture {
  /** File name without extension; also its key in the app. */
  name: string
  title: string
  /** The whole file. */
  svg: string
}

const margin = 16
/** Mean width of a letter in labels, in pixels. */
const letterWidth = 6.6
const maxLetters = 64

interface Parts extends Omit<Picture, 'svg'> {
  /** A sentence under the title. */
  note: string
  width: number
  height: number
  body: Markup
}

/** Height of the title and the note. */
const headHeight = 50

function picture({ name, title, note, width, height, body }: Parts): Picture {
  const letters = Math.max(title.length * 1.2, note.length) * letterWidth
  const [w, h] = [
    Math.ceil(Math.max(width, letters) + 2 * margin),
    Math.ceil(height + headHeight + 2 * margin),
  ]
  const { markup } =
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img"><title>${title}</title><style>${pictureRules}</style><rect width="${w}" height="${h}" fill="#ffffff"/><g transform="translate(${margin} ${margin})"><text y="14" style="font-size:14px;font-weight:600;fill:#1c1d1f">${title}</text><text y="33">${note}</text><g transform="translate(0 ${headHeight})">${body}</g></g></svg>`
  return { name, title, svg: `${markup}\n` }
}

/** One measurement, as a row. */
export interface Row extends Measured {
  name: string
  /** The formatted number. */
  text: string
  /** For colour and marker. */
  series: number
}

export interface RowsOptions extends Omit<Picture, 'svg'> {
  note: string
  rows: readonly Row[]
  scale?: Parameters<typeof intervalScale>[1]
}

/** Rows of bars on one scale, in the order given; null without rows. */
export function rowsPicture({ rows, scale, ...rest }: RowsOptions): Picture | null {
  if (rows.length === 0) return null
  const axis = intervalScale(rows, scale)
  const shortened = rows.map(({ name }) =>
    name.length > maxLetters ? `${name.slice(0, maxLetters - 1)}…` : name,
  )
  const left = letterWidth * Math.max(...shortened.map((name) => name.length)) + 8
  const right = letterWidth * Math.max(...rows.map(({ text }) => text.length)) + 8
  const foot = rows.length * rowHeight
  const middle = rowHeight / 2 + 4
  const body = html`${rows.map(
    (row, i) =>
      html`<g transform="translate(0 ${i * rowHeight})"><text y="${middle}" style="fill:#1c1d1f">${shortened[i]!}</text><g class="bar ${seriesClass(row.series)}" transform="translate(${at(left)} 0)">${gridLines(axis, rowHeight)}${barMarks(row, axis, row.series)}</g><text x="${at(left + axis.width + 8)}" y="${middle}">${row.text}</text></g>`,
  )}<g transform="translate(${at(left)} ${foot})">${axisLabels(axis)}</g>`
  return picture({ ...rest, width: left + axis.width + right, height: foot + 18, body })
}

/** A line chart under its legend; null without points. */
export function linePicture(name: string, title: string, note: string, chart: LineChart): Picture | null {
  const marks = lineMarks(chart)
  if (marks === null) return null
  const shown = chart.lines.filter(({ points }) => points.length > 0)
  const places = legendPlaces(
    shown.map((line) => line.name),
    chart.width,
  )
  const legend = shown.map(
    (line, i) =>
      html`<g transform="translate(${at(places[i]!.x)} ${places[i]!.y})"><g class="${seriesClass(line.series)}">${swatchMarks(line.series)}</g><text x="26" y="10">${line.name}</text></g>`,
  )
  const top = places.at(-1)!.y + 28
  const body = html`${legend}<g transform="translate(0 ${top})">${marks}</g>`
  return picture({ name, title, note, width: chart.width, height: top + chart.height, body })
}

/** Entries next to each other, wrapped at the width. */
function legendPlaces(names: readonly string[], width: number): { x: number; y: number }[] {
  let [x, y] = [0, 0]
  return names.map((name) => {
    const own = 26 + letterWidth * name.length + 18
    if (x > 0 && x + own > width) [x, y] = [0, y + 20]
    const place = { x, y }
    x += own
    return place
  })
}
