/** The import of one or several files: for each a preview of its format, columns, first rows and bad rows, then the import and its result. */
import { useMutation, useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { FilePreview } from '../../electron/contract/data.ts'
import { type FileReading, skippedSentence } from '../../electron/contract/records.ts'
import type { VerbResult } from '../../electron/contract/verbs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries, useWork } from '../app/queries.ts'
import { pathOf } from '../app/upload.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { bytesOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

type Columns = Record<string, string>

/** One file on its way into the project. */
interface Incoming {
  file: File
  columns: Columns
  /** Of its copy, or its own on the desktop. */
  path: string | undefined
  preview: FilePreview | undefined
  work: WorkRecord | undefined
  error: Error | null
  isUploading: boolean
}

export function ImportDialog({ files, onClose }: { files: readonly File[]; onClose: () => void }) {
  const project = useProject()
  const [at, setAt] = useState(0)
  const { incoming, mapColumns, setWork } = useIncoming(files)
  const shown = incoming[at]!
  const isStarted = incoming.some(({ work }) => work !== undefined)
  const start = useMutation({
    // One after the other: the host writes one import at a time, and the list shows how far it is.
    mutationFn: async () => {
      for (const [i, { file, path, columns, preview }] of incoming.entries()) {
        if (path === undefined || !preview || preview.rows.length === 0) continue
        const input = { project, files: [path], dataset: file.name, columns }
        const { id } = await host.work.start({ verb: 'import', input })
        setWork(i, id)
        for await (const _ of await host.work.watch({ id }));
      }
    },
  })
  const close = () => {
    void queries.invalidateQueries()
    onClose()
  }
  const title = files.length === 1 ? `Import ${shown.file.name}` : `Import ${files.length} files`
  return (
    <Dialog open onClose={close} title={title} wide>
      {files.length > 1 && <FileList incoming={incoming} at={at} onChange={setAt} />}
      {shown.isUploading && <Skeleton label={`Reading ${shown.file.name}`} />}
      <Problem error={shown.error ?? start.error} />
      {shown.preview && !shown.work && (
        <Preview
          preview={shown.preview}
          columns={shown.columns}
          onColumns={(columns) => mapColumns(at, columns)}
        />
      )}
      {shown.work && <ImportWork work={shown.work} />}
      <Actions
        incoming={incoming}
        isStarted={isStarted || start.isPending}
        isRunning={start.isPending}
        onStart={() => start.mutate()}
        onClose={close}
      />
    </Dialog>
  )
}

function Actions({
  incoming,
  isStarted,
  isRunning,
  onStart,
  onClose,
}: {
  incoming: readonly Incoming[]
  isStarted: boolean
  isRunning: boolean
  onStart: () => void
  onClose: () => void
}) {
  const ready = incoming.filter(({ preview }) => preview && preview.rows.length > 0).length
  if (isRunning) return null
  if (isStarted)
    return (
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    )
  return (
    <DialogActions>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="primary" disabled={ready === 0} onClick={onStart}>
        {incoming.length === 1 ? 'Import' : `Import ${ready} of ${incoming.length} files`}
      </Button>
    </DialogActions>
  )
}

/** Uploads and previews of all files, with the columns that the user has named. */
function useIncoming(files: readonly File[]) {
  const [columns, setColumns] = useState<Record<number, Columns>>({})
  const [works, setWorks] = useState<Record<number, string>>({})
  const records = useWork()
  const uploads = useQueries({
    queries: files.map((file) => ({
      queryKey: ['upload', file.name, file.size, file.lastModified],
      queryFn: () => pathOf(file, () => {}),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    })),
  })
  const previews = useQueries({
    queries: files.map((_, i) => ({
      queryKey: ['preview', uploads[i]!.data, columns[i] ?? {}],
      queryFn: () => host.data.preview({ file: uploads[i]!.data!, columns: columns[i] ?? {} }),
      enabled: uploads[i]!.data !== undefined,
      placeholderData: (before: FilePreview | undefined) => before,
    })),
  })
  const incoming = files.map(
    (file, i): Incoming => ({
      file,
      columns: columns[i] ?? {},
      path: uploads[i]!.data,
      preview: previews[i]!.data,
      work: records.find(({ id }) => id === works[i]),
      error: uploads[i]!.error ?? previews[i]!.error,
      isUploading: uploads[i]!.isPending,
    }),
  )
  return {
    incoming,
    mapColumns: (i: number, mapped: Columns) => setColumns((before) => ({ ...before, [i]: mapped })),
    setWork: (i: number, id: string) => setWorks((before) => ({ ...before, [i]: id })),
  }
}

/** All files with how far each is; the chosen one is shown below. */
function FileList({
  incoming,
  at,
  onChange,
}: {
  incoming: readonly Incoming[]
  at: number
  onChange: (at: number) => void
}) {
  return (
    <ul className="import-files">
      {incoming.map((each, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: files may have equal names
        <li key={i}>
          <button type="button" aria-current={i === at || undefined} onClick={() => onChange(i)}>
            <Icon name="file" />
            <span className="cut grow">{each.file.name}</span>
            <span className="quiet num">{stateOf(each)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function stateOf({ error, isUploading, preview, work }: Incoming): string {
  if (error) return 'cannot be read'
  if (work?.endedAt) return work.error ? 'failed' : 'imported'
  if (work) return 'importing'
  if (isUploading || !preview) return 'reading'
  return preview.rows.length > 0 ? 'ready' : 'columns to be named'
}

function Preview({
  preview,
  columns,
  onColumns,
}: {
  preview: FilePreview
  columns: Columns
  onColumns: (columns: Columns) => void
}) {
  return (
    <>
      <Format preview={preview} />
      {preview.columns.length > 0 && <Mapping preview={preview} mapped={columns} onChange={onColumns} />}
      <Rows preview={preview} />
    </>
  )
}

function Format({
  preview: { reading, sizeBytes, rows, bad, skipped, counts, problem },
}: {
  preview: FilePreview
}) {
  if (problem !== null)
    return (
      <Banner kind="note" title="Which column is which?">
        <p>Stet does not know the columns of this file. Choose a column for each field below.</p>
        <details>
          <summary>What was found</summary>
          <p>{problem}</p>
        </details>
      </Banner>
    )
  return (
    <>
      <p>
        {reading === null || reading.format === null
          ? 'No row could be read'
          : `${capitalised(reading.container)}, format: ${reading.format}`}
        , {bytesOf(sizeBytes)}. {countsSentence(counts)} The preview shows {rows.length} of them; {bad.length}{' '}
        cannot be imported. {skippedSentence(skipped)}
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

const itemFields = [
  ['prompt', 'Prompt'],
  ['context', 'Context'],
  ['rejected', 'Response to edit'],
  ['edited', 'Edited response'],
  ['chosen', 'Preferred response'],
] as const
type ItemField = (typeof itemFields)[number][0]

/** Which column each field is read from. A first choice keeps the columns that were found for the others. */
function Mapping({
  preview,
  mapped,
  onChange,
}: {
  preview: FilePreview
  mapped: Columns
  onChange: (mapped: Columns) => void
}) {
  const isAutomatic = Object.keys(mapped).length === 0
  const map = (field: string, column: string) => {
    const { [field]: _, ...rest } = isAutomatic ? foundColumns(preview) : mapped
    onChange(column === '' ? rest : { ...rest, [field]: column })
  }
  return (
    <fieldset className="mapping">
      <legend className="label">Read from column</legend>
      {itemFields.map(([field, label]) => (
        <Field key={field} label={label}>
          <select value={mapped[field] ?? ''} onChange={({ target }) => map(field, target.value)}>
            <option value="">{isAutomatic ? automaticWords(field, preview) : 'none'}</option>
            {preview.columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        </Field>
      ))}
      {!isAutomatic && (
        <Button isSmall onClick={() => onChange({})}>
          Find the columns automatically
        </Button>
      )}
    </fieldset>
  )
}

/** The columns that were found by their names, by field. */
function foundColumns({ columns, reading }: FilePreview): Columns {
  const found = (reading?.fields ?? []).filter(
    ({ column, field }) => columns.includes(column) && itemFields.some(([name]) => name === field),
  )
  return Object.fromEntries(found.map(({ column, field }) => [field, column]))
}

/** Where a field comes from if the user chooses nothing. */
function automaticWords(field: ItemField, preview: FilePreview): string {
  const column = foundColumns(preview)[field]
  if (column !== undefined) return `found by its name: ${column}`
  return preview.rows.some((row) => row[field]?.length) ? 'read from the format' : 'none'
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
                <td key={title} dir="auto">
                  {shortened(of(row) ?? '')}
                </td>
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

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** As `150 rows, 54 items, 3 annotators`; items and annotators only if they say more than the rows. */
function countsOf({ rows, items, annotators }: Omit<FilePreview['counts'], 'isWhole'>): string {
  return [
    counted(rows, 'row'),
    ...(items === rows ? [] : [counted(items, 'item')]),
    ...(annotators > 1 ? [counted(annotators, 'annotator')] : []),
  ].join(', ')
}

function countsSentence(counts: FilePreview['counts']): string {
  return counts.isWhole ? `${countsOf(counts)}.` : `In its beginning: ${countsOf(counts)}.`
}

function importedSentence({ imported, joined, duplicates, bad }: VerbResult<'import'>): string {
  const counts = { ...joined, rows: imported, items: imported - joined.rows + joined.items }
  const parts = [`Imported ${countsOf(counts)}`]
  if (duplicates > 0) parts.push(`${counted(duplicates, 'duplicate')} left out`)
  if (bad.length > 0) parts.push(`${counted(bad.length, 'bad row')}`)
  return `${parts.join('; ')}.`
}

function inDatasets(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Dataset: ${names.map((name) => `"${name}"`).join(', ')}.`
}

/** The import while it runs, and its result. */
function ImportWork({ work }: { work: WorkRecord }) {
  const { state, endedAt, progress, secondsLeft, error } = work
  const result = work.result as VerbResult<'import'> | null
  if (state === 'running')
    return (
      <>
        <Progress
          label={progress?.phase === 'storing' ? 'Rows' : 'Bytes'}
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
            `${importedSentence(result)} ${skippedSentence(result.skipped)}${inDatasets(result.datasets)}`)}
      </p>
      <BadRows bad={result?.bad ?? []} />
    </>
  )
}
