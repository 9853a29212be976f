/** Exports items and annotations to a file of the user's choice. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button, Dialog, Field, Problem } from '../ui/kit.tsx'

const formats = [
  ['stet', 'Everything: items with all revisions, to import into another project.'],
  ['trl', 'Preference rows for TRL: prompt, chosen, rejected.'],
] as const
type Format = (typeof formats)[number][0]

export function ExportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const project = useProject()
  const [format, setFormat] = useState<Format>('stet')
  const [out, setOut] = useState('')
  const [workId, setWorkId] = useState<string | null>(null)
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'export',
        input: { project, format, out: out || defaultPath(project, format) },
      }),
    onSuccess: ({ id }) => setWorkId(id),
  })
  const work = useWork().find(({ id }) => id === workId)
  const result = work?.result as { file: string; rows: number } | null | undefined
  return (
    <Dialog open={open} onClose={onClose} title="Export">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Field label="Format" help={formats.find(([name]) => name === format)?.[1]}>
          <select
            value={format}
            onChange={({ target }) =>
              setFormat(formats.find(([name]) => name === target.value)?.[0] ?? 'stet')
            }
          >
            {formats.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label="File" help="A path on the machine that runs Stet.">
          <input
            value={out}
            placeholder={defaultPath(project, format)}
            onChange={({ target }) => setOut(target.value)}
          />
        </Field>
        <Problem error={start.error ?? work?.error} />
        {result && (
          <p role="status">
            Wrote {result.rows} rows to <span className="mono">{result.file}</span>.
          </p>
        )}
        <div className="row">
          <Button type="submit" kind="primary" disabled={start.isPending}>
            Export
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </form>
    </Dialog>
  )
}

function defaultPath(project: string, format: string): string {
  return `${project}/exports/${format}.jsonl`
}
