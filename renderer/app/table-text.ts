/** A table as text for other programs: Markdown or CSV. */

export interface TextTable {
  head: readonly string[]
  /** Each has as many cells as the head. */
  rows: readonly (readonly string[])[]
}

/** Padded, so that it is readable as plain text. */
export function markdownOf({ head, rows }: TextTable): string {
  const cells = [head, ...rows].map((row) => row.map(markdownCell))
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const [first, ...others] = cells
  return `${[line(first!), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')}\n`
}

/** Escaped, so that it can't end its cell or start markup. */
function markdownCell(text: string): string {
  return text.replace(/[\\`*_[\]<>|~]/g, '\\$&').replace(/\s+/g, ' ')
}

/** CSV by RFC 4180. */
export function csvOf({ head, rows }: TextTable): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
