/** Runs beside each other: their curves overlaid, and only the settings in which they differ. */
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button, Problem } from '../ui/kit.tsx'
import { differences } from './differences.ts'
import { RunCharts } from './run-charts.tsx'

export function Compare({ runs }: { runs: string[] }) {
  const project = useProject()
  const [, change] = usePlace()
  const results = useQueries({
    queries: runs.map((run) => ({
      queryKey: ['whole-run', project, run],
      queryFn: () => host.runs.series({ project, run }),
    })),
  })
  const known = results.flatMap(({ data }) => data ?? [])
  const stamp = results.map(({ dataUpdatedAt }) => dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are new exactly when their times are
  const charted = useMemo(() => known.map(({ record, ...rest }) => ({ name: record.name, ...rest })), [stamp])
  // Where a branch comes from is said in words.
  const rows = differences(known.map(({ record: { config } }) => ({ ...config, branch: undefined })))
  const hasBranch = known.some(({ branch }) => branch !== null)
  useKeys('Compare', [
    { keys: 'Escape', does: 'back to the list', run: () => change({ compare: undefined }) },
  ])
  return (
    <div className="stack">
      <div className="row spread">
        <h1>{runs.length} runs</h1>
        <Button onClick={() => change({ compare: undefined })}>All runs</Button>
      </div>
      <Problem error={results.find(({ error }) => error)?.error} />
      {(rows.length > 0 || hasBranch) && (
        <table className="table">
          <caption className="unseen">Settings that differ</caption>
          <thead>
            <tr>
              <th>Setting</th>
              {known.map(({ record }) => (
                <th key={record.id}>{record.name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hasBranch && (
              <tr>
                <th scope="row">branched from</th>
                {known.map(({ record, branch }) => (
                  <td key={record.id}>{branch ? `${branch.name} at step ${branch.step}` : '–'}</td>
                ))}
              </tr>
            )}
            {rows.map(({ key, values }) => (
              <tr key={key}>
                <th scope="row" className="mono">
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
      )}
      <RunCharts runs={charted} />
    </div>
  )
}
