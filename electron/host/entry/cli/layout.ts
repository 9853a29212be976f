/** How results are laid out as plain text. */

/** Empty texts are left out. */
export function lines(...texts: string[]): string {
  return texts.filter((text) => text !== '').join('\n')
}

/** A name for a table, where a long one would widen every row. */
export function shortened(name: string, maxLength = 40): string {
  const characters = [...name]
  return characters.length <= maxLength ? name : `${characters.slice(0, maxLength - 1).join('')}…`
}

/** Rows of cells; the cells of a column start at the same place. */
export function columns(rows: string[][]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** @param value from 0 to 100 */
export function percent(value: number): string {
  return `${value.toFixed(2)}%`
}

/** @param value from 0 to 1 */
export function share(value: number | null): string {
  return value === null ? 'none' : `${(100 * value).toFixed(1)}%`
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}

const bars = '▁▂▃▄▅▆▇█'
const maxSparklineWidth = 40

/** Means of equal parts of the values, as bars that reach from the minimum to the maximum. */
export function sparkline(values: number[]): string {
  const width = Math.min(maxSparklineWidth, values.length)
  const means = Array.from({ length: width }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / width),
      Math.floor(((i + 1) * values.length) / width),
    )
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  const min = Math.min(...means)
  const range = Math.max(...means) - min
  return means.map((value) => bars[range === 0 ? 0 : Math.round((7 * (value - min)) / range)]).join('')
}
