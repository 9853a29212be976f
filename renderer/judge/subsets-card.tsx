/** The win rate by subset of the pairs: by dataset, source, length of the prompt, kinds of changes, and fields of the items. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { colourOf } from '../charts/colours.ts'
import { IntervalPlot, scaleOf } from '../charts/interval-plot.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { rangeOf } from './rates-card.tsx'
import { ResultCard } from './result-card.tsx'
import type { RateRow } from './result-rows.ts'
import { ResultTable } from './result-table.tsx'

const title = 'By subset'

const fewSubsets = 8
const maxSubsets = 60

export function SubsetsCard({ id, rows }: { id: string; rows: readonly RateRow[] }) {
  const project = useProject()
  const [chosen, choose] = useState(id)
  const [isWhole, setWhole] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['subsets', project, chosen],
    queryFn: () => host.judge.subsets({ project, evaluation: chosen }),
  })
  const all = data?.subsets.slice(0, maxSubsets) ?? []
  const shown = isWhole ? all : all.slice(0, fewSubsets)
  const scale = scaleOf(all.map(({ interval }) => interval))
  const colour = colourOf(rows.find((row) => row.id === chosen)?.colour ?? 0)
  return (
    <ResultCard
      title={title}
      note={
        rows.length > 1 && (
          <Select
            label="Candidate"
            isBare
            value={chosen}
            options={rows.map((row) => ({ value: row.id, text: row.name }))}
            onChange={choose}
          />
        )
      }
      help={data && (data.caution || noSubsets)}
      table={
        <ResultTable
          title={title}
          rows={all}
          keyOf={({ field, value }) => JSON.stringify([field, value])}
          columns={[
            { head: 'Field', text: ({ field }) => field },
            { head: 'Value', text: ({ value }) => value },
            { head: 'Pairs', text: ({ n }) => String(n) },
            { head: 'Win rate', text: ({ winRate }) => `${winRate.toFixed(1)}%` },
            { head: '95% interval', text: ({ interval }) => rangeOf(interval) },
          ]}
        />
      }
    >
      <Problem error={error} />
      {!data && !error && <Skeleton label="Calculating the subsets" />}
      <ul className="subset-rows">
        {shown.map(({ field, value, n, winRate, interval }) => (
          <li key={JSON.stringify([field, value])} className="subset-row">
            <span className="cut" title={`${field}: ${value}`}>
              {value} <span className="quiet">{field}</span>
            </span>
            <span className="num quiet subset-n" title="Pairs">
              {n}
            </span>
            <IntervalPlot
              value={winRate}
              {...interval}
              label={`${field} ${value}`}
              scale={scale}
              colour={colour}
              isSmall
            />
            <span className="num medium subset-rate">{winRate.toFixed(1)}</span>
          </li>
        ))}
      </ul>
      {all.length > shown.length && (
        <Button isSmall onClick={() => setWhole(true)}>
          Show all {all.length} subsets
        </Button>
      )}
    </ResultCard>
  )
}

const noSubsets =
  'These pairs have no subsets: no dataset, source, kind of change or metadata field of their items has 2 to 12 values with at least 5 pairs each. Import items with a column such as “domain” to see the win rate by domain.'
