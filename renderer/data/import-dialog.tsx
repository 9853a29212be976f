/** What a file would bring, before it is imported: its format, its columns, its first and its bad rows. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FilePreview } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries, useWork } from '../app/queries.ts'
import { pathOf } from '../app/upload.ts'
import { Button, bytesOf, Dialog, Field, Problem, Progress } from '../ui/kit.tsx'

const fields = ['prompt', 'context', 'chosen', 'rejected', 'edited']

export function ImportDialog({ file, onClose }: { file: File; onClose: () => void }) {
  const project = useProject()
  const [sent, setSent] = useState(0)
  const [columns, setColumns] = useState<Record<string, string>>({})
  const [workId, setWorkId] = useState<string | null>(null)
  const place = useQuery({
    queryKey: ['upload', file.name, file.size, file.lastModified],
    queryFn: () => pathOf(file, setSent),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const preview = useQuery({
    queryKey: ['preview', place.data, columns],
    queryFn: () => host.data.preview({ file: place.data!, columns }),
    enabled: place.data !== undefined,
    placeholderData: (before) => before,
  })
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'import',
        input: { project, files: [place.data!], dataset: file.name, columns },
      }),
    onSuccess: ({ id }) => setWorkId(id),
  })
  const work = useWork().find(({ id }) => id === workId)
  const close = () => {
    void queries.invalidateQueries()
    onClose()
  }
  return (
    <Dialog open onClose={close} title={`Import ${file.name}`} wide>
      {place.isPending && (
        <Progress done={Math.round(100 * sent)} total={100} label="Reading the file, percent" />
      )}
      <Problem error={place.error ?? preview.error ?? start.error} />
      {preview.data && !work && (
        <>
          <Found preview={preview.data} />
          {preview.data.columns.length > 0 && (
            <Mapping columns={preview.data.columns} mapped={columns} onChange={setColumns} />
          )}
          <Rows preview={preview.data} />
          <div className="row">
            <Button
              kind="primary"
              disabled={preview.data.rows.length === 0 || start.isPending}
              onClick={() => start.mutate()}
            >
              Import
            </Button>
            <Button onClick={close}>Cancel</Button>
          </div>
        </>
      )}
      {work?.state === 'running' && (
        <>
          <Progress
            label="Bytes"
            done={work.progress?.done ?? 0}
            total={work.progress?.total ?? 1}
            secondsLeft={work.secondsLeft}
          />
          <Button onClick={() => void host.work.stop({ id: work.id })}>Stop; keep nothing</Button>
        </>
      )}
      {work?.endedAt && (
        <>
          <p role="status">{work.error ?? resultOf(work.result)}</p>
          <BadRows bad={(work.result as { bad?: FilePreview['bad'] } | null)?.bad ?? []} />
          <Button kind="primary" onClick={close}>
            Close
          </Button>
        </>
      )}
    </Dialog>
  )
}

function resultOf(result: unknown): string {
  const { imported, duplicates, bad } = result as { imported: number; duplicates: number; bad: unknown[] }
  return `Imported ${imported} items; ${duplicates} were there already; ${bad.length} bad rows.`
}

function Found({ preview: { format, sizeBytes, rows, bad, problem } }: { preview: FilePreview }) {
  return (
    <p>
      {problem !== null && (
        <span className="problem">
          {problem} Say which column is which.
          <br />
        </span>
      )}
      {format === null ? 'No row could be read.' : `Rows of the format “${format}”`}, {bytesOf(sizeBytes)}; of
      its first rows {rows.length} are shown, {bad.length} are bad.
    </p>
  )
}

function Mapping({
  columns,
  mapped,
  onChange,
}: {
  columns: string[]
  mapped: Record<string, string>
  onChange: (mapped: Record<string, string>) => void
}) {
  return (
    <fieldset className="row mapping">
      <legend>Columns</legend>
      {fields.map((field) => (
        <Field key={field} label={field}>
          <select
            value={mapped[field] ?? ''}
            onChange={({ target }) => {
              const { [field]: _, ...rest } = mapped
              onChange(target.value === '' ? rest : { ...rest, [field]: target.value })
            }}
          >
            <option value="">by its name</option>
            {columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        </Field>
      ))}
    </fieldset>
  )
}

function Rows({ preview: { rows, bad } }: { preview: FilePreview }) {
  const filled = shownColumns.filter(({ of }) => rows.some((row) => of(row)))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <section className="preview-rows" tabIndex={0} aria-label="First rows">
      <table className="table">
        <thead>
          <tr>
            {filled.map(({ title }) => (
              <th key={title}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 8).map((row) => (
            <tr key={row.id}>
              {filled.map(({ title, of }) => (
                <td key={title}>{beginningOf(of(row) ?? '')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <BadRows bad={bad} />
    </section>
  )
}

const shownColumns: { title: string; of: (row: FilePreview['rows'][number]) => string | null }[] = [
  { title: 'Prompt', of: ({ prompt }) => prompt.at(-1)!.content },
  { title: 'Context', of: ({ context }) => context },
  { title: 'Chosen', of: ({ chosen }) => chosen },
  { title: 'Rejected', of: ({ rejected }) => rejected },
  { title: 'Edited', of: ({ edited }) => edited },
]

const shownCharacters = 160

function beginningOf(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}

function BadRows({ bad }: { bad: FilePreview['bad'] }) {
  if (bad.length === 0) return null
  return (
    <details open>
      <summary>{bad.length} bad rows</summary>
      <ul>
        {bad.slice(0, 100).map(({ line, reason }) => (
          <li key={`${line} ${reason}`}>
            Line {line}: {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}
