/** The win rate by subset of the pairs: loaded when it is opened, because it takes the host a moment. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { WinRateSubset } from '../../electron/contract/report.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { Problem } from '../ui/problem.tsx'
import { type Column, ResultTable } from './result-table.tsx'

const columns: Column<WinRateSubset>[] = [
  { head: 'Field', text: ({ field }) => field },
  { head: 'Value', text: ({ value }) => value },
  { head: 'Pairs', text: ({ n }) => String(n) },
  {
    head: 'Win rate, 95% interval',
    text: ({ winRate, interval }) =>
      `${winRate.toFixed(1)} (${interval.low.toFixed(1)}–${interval.high.toFixed(1)})`,
    cell: ({ field, value, winRate, interval }) => (
      <span className="rate">
        <IntervalBar value={winRate} {...interval} label={`${field}: ${value}`} />
        {winRate.toFixed(1)} ({interval.low.toFixed(1)}–{interval.high.toFixed(1)})
      </span>
    ),
  },
]

export function BySubset({ evaluation }: { evaluation: string }) {
  const project = useProject()
  const [isOpen, setOpen] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['subsets', project, evaluation],
    queryFn: () => host.judge.subsets({ project, evaluation }),
    enabled: isOpen,
  })
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <b>By subset</b>
      </summary>
      <Problem error={error} />
      {isOpen && !data && !error && <p className="quiet">Calculating…</p>}
      {data?.subsets.length === 0 && (
        <p className="quiet">
          These pairs have no subsets: no dataset, source or metadata field of their items has 2 to 12 values
          with at least 5 pairs each. Import items with a column such as “domain” to see the win rate by
          domain.
        </p>
      )}
      {data && data.subsets.length > 0 && (
        <>
          <p>{data.caution}</p>
          <ResultTable
            title="Win rate by subset"
            columns={columns}
            rows={data.subsets}
            keyOf={({ field, value }) => JSON.stringify([field, value])}
          />
        </>
      )}
    </details>
  )
}
