/** Runs compared: their curves by colour, dash and name, then how they ended, then only the settings that differ. */
import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Swatch } from '../charts/legend.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { ChartControls } from './chart-controls.tsx'
import { curvesAsCsv } from './curves-csv.ts'
import { outcomeRows, settingRows } from './differences.ts'
import { RunCharts } from './run-charts.tsx'

type RunData = Awaited<ReturnType<typeof host.runs.series>>

/** The address of the list of runs. */
const listPlace = { compare: undefined, zoom: undefined, table: undefined }

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
  const [hidden, setHidden] = useState<readonly number[]>([])
  const toggle = (i: number) =>
    setHidden((before) => (before.includes(i) ? before.filter((each) => each !== i) : [...before, i]))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are new exactly when their times are
  const charted = useMemo(
    () =>
      loaded.flatMap(({ record, ...rest }, colour) =>
        hidden.includes(colour) ? [] : [{ name: record.name, ...rest, colour }],
      ),
    [stamp, hidden],
  )
  useKeys('Compare', [
    { keys: 'Escape', does: 'back to the list', run: () => change(listPlace) },
    ...loaded.slice(0, 9).map(({ record }, i) => ({
      keys: String(i + 1),
      does: `show or hide ${record.name}`,
      run: () => toggle(i),
    })),
  ])
  return (
    <>
      <Bar title={`Compare ${runs.length}`} crumbs={[{ text: 'Runs', open: () => change(listPlace) }]}>
        <Button icon="export" onClick={() => save(loaded)} disabled={loaded.length === 0}>
          Export the curves
        </Button>
      </Bar>
      <div className="scroll">
        <Problem error={results.find(({ error }) => error)?.error} />
        <div className="compare-top">
          <Names runs={loaded} hidden={hidden} onToggle={toggle} />
          <ChartControls hasTimes={loaded.every(({ times }) => times.length > 0)} />
        </div>
        {loaded.length === runs.length && charted.length > 0 ? (
          <RunCharts runs={charted} isCompared>
            <Differences runs={loaded} />
          </RunCharts>
        ) : (
          <Differences runs={loaded} />
        )}
      </div>
    </>
  )
}

/** The curves of all runs as a table, by the browser's own download. */
function save(runs: readonly RunData[]): void {
  const text = curvesAsCsv(runs.map(({ record, series }) => ({ name: record.name, series })))
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = 'curves.csv'
  link.click()
  URL.revokeObjectURL(address)
}

function Names({
  runs,
  hidden,
  onToggle,
}: {
  runs: readonly RunData[]
  hidden: readonly number[]
  onToggle: (index: number) => void
}) {
  return (
    <div className="row wrap">
      {runs.map(({ record }, i) => (
        <Button
          key={record.id}
          kind="quiet"
          isSmall
          keys={i < 9 ? String(i + 1) : undefined}
          aria-pressed={!hidden.includes(i)}
          title={hidden.includes(i) ? 'Show its curves' : 'Hide its curves'}
          className={hidden.includes(i) ? 'is-hidden' : ''}
          onClick={() => onToggle(i)}
        >
          <Swatch index={i} />
          {record.name}
        </Button>
      ))}
    </div>
  )
}

function Differences({ runs }: { runs: readonly RunData[] }) {
  if (runs.length === 0) return null
  const outcomes = outcomeRows(runs)
  const settings = settingRows(runs.map(({ record, branch }) => ({ ...record, branch })))
  return (
    <div className="compare-table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Outcomes</th>
            {runs.map(({ record }, i) => (
              <th key={record.id} scope="col">
                <span className="row">
                  <Swatch index={i} />
                  {record.name}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <Rows rows={outcomes} />
        <tbody>
          <tr>
            <th scope="rowgroup" colSpan={runs.length + 1}>
              Settings that differ <span className="quiet num">{settings.length}</span>
            </th>
          </tr>
        </tbody>
        <Rows rows={settings} />
      </table>
    </div>
  )
}

function Rows({ rows }: { rows: readonly { key: string; label: string; values: string[] }[] }) {
  return (
    <tbody>
      {rows.map(({ key, label, values }) => (
        <tr key={key}>
          <th scope="row" title={key}>
            {label}
          </th>
          {values.map((value, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
            <td key={i}>{value}</td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
