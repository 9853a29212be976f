/** Runs compared: their curves overlaid, and only the settings that differ. */
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { differences } from './differences.ts'
import { RunCharts } from './run-charts.tsx'

type RunData = Awaited<ReturnType<typeof host.runs.series>>

export function Compare({ runs }: { runs: string[] }) {
  const project = useProject()
  const [, change] = usePlace()
  const results = useQueries({
    queries: runs.map((run) => ({
      queryKey: ['whole-run', project, run],
      queryFn: () => host.runs.series({ project, run }),
    })),
  })
  const loaded = results.flatMap(({ data }) => data ?? [])
  const stamp = results.map(({ dataUpdatedAt }) => dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are new exactly when their times are
  const charted = useMemo(
    () => loaded.map(({ record, ...rest }) => ({ name: record.name, ...rest })),
    [stamp],
  )
  useKeys('Compare', [
    { keys: 'Escape', does: 'back to the list', run: () => change({ compare: undefined }) },
  ])
  return (
    <div className="col">
      <div className="row wrap between">
        <h1>{runs.length} runs</h1>
        <Button onClick={() => change({ compare: undefined })}>All runs</Button>
      </div>
      <Problem error={results.find(({ error }) => error)?.error} />
      <Differences runs={loaded} />
      <RunCharts runs={charted} />
    </div>
  )
}

function Differences({ runs }: { runs: readonly RunData[] }) {
  // A row says where a branch comes from, in words.
  const rows = differences(runs.map(({ record: { config } }) => ({ ...config, branch: undefined })))
  const hasBranch = runs.some(({ branch }) => branch !== null)
  if (rows.length === 0 && !hasBranch) return null
  return (
    <table className="table">
      <caption className="unseen">Settings that differ</caption>
      <thead>
        <tr>
          <th>Setting</th>
          {runs.map(({ record }) => (
            <th key={record.id}>{record.name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hasBranch && (
          <tr>
            <th scope="row">branched from</th>
            {runs.map(({ record, branch }) => (
              <td key={record.id}>{branch ? `${branch.name} at step ${branch.step}` : '–'}</td>
            ))}
          </tr>
        )}
        {rows.map(({ key, values }) => (
          <tr key={key}>
            <th scope="row" className="code">
              {key}
            </th>
            {values.map((value, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <td key={i}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
