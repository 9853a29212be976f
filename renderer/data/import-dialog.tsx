/** The import of a file: a preview of its format, columns, first rows and bad rows, then the import and its result. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { FilePreview } from '../../electron/contract/data.ts'
import { type FileReading, skippedSentence } from '../../electron/contract/records.ts'
import type { VerbResult } from '../../electron/contract/verbs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries, useWork } from '../app/queries.ts'
import { pathOf } from '../app/upload.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { bytesOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'

type Columns = Record<string, string>

export function ImportDialog({ file, onClose }: { file: File; onClose: () => void }) {
  const project = useProject()
  const [columns, setColumns] = useState<Columns>({})
  const [workId, setWorkId] = useState<string | null>(null)
  const { path, preview, sent, isUploading, error } = usePreview(file, columns)
  const start = useMutation({
    mutationFn: (uploaded: string) =>
      host.work.start({
        verb: 'import',
        input: { project, files: [uploaded], dataset: file.name, columns },
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
      {isUploading && <Progress done={Math.round(100 * sent)} total={100} label="Uploading, percent" />}
      <Problem error={error ?? start.error} />
      {preview && path && !work && (
        <Preview preview={preview} columns={columns} onColumns={setColumns}>
          <div className="row wrap">
            <Button
              kind="primary"
              disabled={preview.rows.length === 0 || start.isPending}
              onClick={() => start.mutate(path)}
            >
              Import
            </Button>
            <Button onClick={close}>Cancel</Button>
          </div>
        </Preview>
      )}
      {work && <ImportWork work={work} onClose={close} />}
    </Dialog>
  )
}

function usePreview(file: File, columns: Columns) {
  const [sent, setSent] = useState(0)
  const upload = useQuery({
    queryKey: ['upload', file.name, file.size, file.lastModified],
    queryFn: () => pathOf(file, setSent),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const preview = useQuery({
    queryKey: ['preview', upload.data, columns],
    queryFn: () => host.data.preview({ file: upload.data!, columns }),
    enabled: upload.data !== undefined,
    placeholderData: (before) => before,
  })
  return {
    path: upload.data,
    preview: preview.data,
    sent,
    isUploading: upload.isPending,
    error: upload.error ?? preview.error,
  }
}

function Preview({
  preview,
  columns,
  onColumns,
  children,
}: {
  preview: FilePreview
  columns: Columns
  onColumns: (columns: Columns) => void
  children: ReactNode
}) {
  return (
    <>
      <Format preview={preview} />
      {preview.columns.length > 0 && <Mapping preview={preview} mapped={columns} onChange={onColumns} />}
      <Rows preview={preview} />
      {children}
    </>
  )
}

function Format({ preview: { reading, sizeBytes, rows, bad, skipped, problem } }: { preview: FilePreview }) {
  return (
    <>
      {problem !== null && <p className="problem">{problem}</p>}
      <p>
        {reading === null || reading.format === null
          ? 'No row could be read'
          : `${capitalised(reading.container)}, format: ${reading.format}`}
        , {bytesOf(sizeBytes)}. The preview shows {rows.length} of the first rows; {bad.length} are bad.{' '}
        {skippedSentence(skipped)}
      </p>
      {reading !== null && reading.format !== null && <Reading reading={reading} />}
    </>
  )
}

/** Where each column goes, and which of several readings was taken. */
function Reading({ reading: { rows, fields, metadata, empty, notes } }: { reading: FileReading }) {
  return (
    <dl className="reading">
      <dt>Rows are</dt>
      <dd>{rows}</dd>
      <dt>Columns read</dt>
      <dd>
        {fields
          .map(({ column, field }) =>
            field === column || field === 'read' ? column : `${column} → ${field}`,
          )
          .join(', ') || 'none'}
      </dd>
      {metadata.length > 0 && (
        <>
          <dt>Kept as metadata</dt>
          <dd>{metadata.join(', ')}</dd>
        </>
      )}
      {empty.length > 0 && (
        <>
          <dt>Without content so far</dt>
          <dd>{empty.join(', ')}</dd>
        </>
      )}
      {notes.length > 0 && (
        <>
          <dt>Note</dt>
          <dd>{notes.join(' ')}</dd>
        </>
      )}
    </dl>
  )
}

function capitalised(text: string): string {
  const words = text.replace(/^an? /, '')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const itemFields = ['prompt', 'context', 'chosen', 'rejected', 'edited']

function Mapping({
  preview: { columns, reading },
  mapped,
  onChange,
}: {
  preview: FilePreview
  mapped: Columns
  onChange: (mapped: Columns) => void
}) {
  const map = (field: string, column: string) => {
    const { [field]: _, ...rest } = mapped
    onChange(column === '' ? rest : { ...rest, [field]: column })
  }
  return (
    <fieldset className="row wrap mapping">
      <legend>Columns</legend>
      {itemFields.map((field) => (
        <Field key={field} label={field}>
          <select value={mapped[field] ?? ''} onChange={({ target }) => map(field, target.value)}>
            <option value="">{byName(field, reading)}</option>
            {columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        </Field>
      ))}
    </fieldset>
  )
}

/** What is chosen if the user chooses nothing. */
function byName(field: string, reading: FileReading | null): string {
  const column = reading?.fields.find((each) => each.field === field)?.column
  return column === undefined ? 'by name: none' : `by name: ${column}`
}

const maxRows = 8

function Rows({ preview: { rows, bad } }: { preview: FilePreview }) {
  const filled = shownColumns.filter(({ of }) => rows.some((row) => of(row)))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
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
          {rows.slice(0, maxRows).map((row) => (
            <tr key={row.id}>
              {filled.map(({ title, of }) => (
                <td key={title}>{shortened(of(row) ?? '')}</td>
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

const maxCharacters = 160

function shortened(text: string): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
}

const maxBadRows = 100

function BadRows({ bad }: { bad: FilePreview['bad'] }) {
  if (bad.length === 0) return null
  return (
    <details open>
      <summary>{bad.length} bad rows</summary>
      <ul>
        {bad.slice(0, maxBadRows).map(({ line, reason }) => (
          <li key={`${line} ${reason}`}>
            Line {line}: {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}

function inDatasets(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Dataset: ${names.map((name) => `"${name}"`).join(', ')}.`
}

/** The import while it runs, and its result. */
function ImportWork({ work, onClose }: { work: WorkRecord; onClose: () => void }) {
  const { state, endedAt, progress, secondsLeft, error } = work
  const result = work.result as VerbResult<'import'> | null
  if (state === 'running')
    return (
      <>
        <Progress
          label="Bytes"
          done={progress?.done ?? 0}
          total={progress?.total ?? 1}
          secondsLeft={secondsLeft}
        />
        <Button onClick={() => void host.work.stop({ id: work.id })}>Stop and discard</Button>
      </>
    )
  if (!endedAt) return null
  return (
    <>
      <p role="status">
        {error ??
          (result &&
            `Imported ${result.imported} items; ${result.duplicates} duplicates; ${result.bad.length} bad rows. ${skippedSentence(result.skipped)}${inDatasets(result.datasets)}`)}
      </p>
      <BadRows bad={result?.bad ?? []} />
      <Button kind="primary" onClick={onClose}>
        Close
      </Button>
    </>
  )
}
