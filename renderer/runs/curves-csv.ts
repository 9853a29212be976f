/** The curves of several runs as one CSV: a row for each run and step, a column for each metric. */
import type { Series } from '../../electron/contract/runs.ts'

export function curvesAsCsv(runs: readonly { name: string; series: Series }[]): string {
  const metrics = [...new Set(runs.flatMap(({ series }) => Object.keys(series)))].sort()
  const rows = runs.flatMap(({ name, series }) => {
    const columns = metrics.map((metric) => new Map(series[metric] ?? []))
    const steps = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b)
    return steps.map((step) =>
      [cell(name), step, ...columns.map((column) => column.get(step) ?? '')].join(','),
    )
  })
  return `${[['run', 'step', ...metrics].join(','), ...rows].join('\n')}\n`
}

/** Quoted where a comma, a quote or a line end needs it. */
function cell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
