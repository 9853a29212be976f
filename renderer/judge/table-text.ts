/** A table as text that other programs take: Markdown or CSV. */

export interface TextTable {
  head: readonly string[]
  /** Rows of as many cells. */
  rows: readonly (readonly string[])[]
}

/** Columns padded, so that it reads well as it is. */
export function markdownOf({ head, rows }: TextTable): string {
  const cells = [head, ...rows].map((row) => row.map(inCell))
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const [first, ...others] = cells
  return `${[line(first!), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')}\n`
}

/** Text that can't leave its cell or start markup. */
function inCell(text: string): string {
  return text.replace(/[\\`*_[\]<>|~]/g, '\\$&').replace(/\s+/g, ' ')
}

/** As RFC 4180 has it. */
export function csvOf({ head, rows }: TextTable): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
