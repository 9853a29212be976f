/** Exports the metrics of a run to a file of the user's choice, also while it trains: the steps so far. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { MetricFormat } from '../../electron/contract/runs.ts'
import type { VerbResult } from '../../electron/contract/verbs.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'

const formats: Record<MetricFormat, { help: string; ending: string }> = {
  tensorboard: { help: 'An event file in a folder, for TensorBoard.', ending: '' },
  csv: { help: 'A table: a row per step, a column per metric.', ending: '.csv' },
  jsonl: { help: 'A JSON object per step.', ending: '.jsonl' },
}
const names = Object.keys(formats) as MetricFormat[]

export function ExportMetricsDialog({ record, onClose }: { record: RunRecord; onClose: () => void }) {
  const project = useProject()
  const [format, setFormat] = useState<MetricFormat>('tensorboard')
  const [typed, setTyped] = useState('')
  const [workId, setWorkId] = useState<string | null>(null)
  const { help, ending } = formats[format]
  const path = `${project}/exports/metrics-${record.id}${ending}`
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'export-metrics',
        input: { project, run: record.id, format, out: typed || path },
      }),
    onSuccess: ({ id }) => setWorkId(id),
  })
  const work = useWork().find(({ id }) => id === workId)
  const result = work?.result as VerbResult<'export-metrics'> | null | undefined
  return (
    <Dialog open onClose={onClose} title={`Export the metrics of ${record.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Field label="Format" help={help}>
          <select
            value={format}
            onChange={({ target }) => setFormat(names.find((name) => name === target.value) ?? format)}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field
          label={format === 'tensorboard' ? 'Folder' : 'File'}
          help="A path on the machine that runs Stet."
        >
          <input value={typed} placeholder={path} onChange={({ target }) => setTyped(target.value)} />
        </Field>
        <Problem error={start.error ?? work?.error} />
        {result && (
          <p role="status">
            Wrote {result.steps} steps to <span className="code">{result.file}</span>.
          </p>
        )}
        <div className="row wrap">
          <Button type="submit" kind="primary" disabled={start.isPending}>
            Export
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </form>
    </Dialog>
  )
}
