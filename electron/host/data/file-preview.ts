/** What importing a file would add: how it is read, and its first rows. Reads only the beginning of the file. */
import { statSync } from 'node:fs'
import type { FilePreview } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import type { FileReading, ImportRow, SkippedRows } from '../../contract/records.ts'
import type { Columns } from '../../pipeline/data/columns.ts'
import { type ReadOptions, readColumns } from '../../pipeline/data/raw-rows.ts'
import { openRows } from '../../pipeline/data/read.ts'
import { countJoined } from '../../storage/index.ts'
import { named } from './upload.ts'

const maxShownRows = 20
/** A huge file has to be previewed at once. */
const maxReadRows = 200

/**
 * @param columns the column of each field
 * @returns for rows in no known format the `problem`: a mapping of their columns may help
 * @throws UserError for any other file that cannot be read
 */
export async function previewFile(
  file: string,
  columns: Columns,
  signal?: AbortSignal,
): Promise<FilePreview> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) throw new UserError('not_found', `There is no file ${file}.`)
  if (stat.isDirectory()) throw new UserError('bad_input', `${file} is a folder, not a file.`)
  const empty: FilePreview = {
    file,
    sizeBytes: stat.size,
    reading: null,
    columns: await readColumns(file, signal),
    rows: [],
    bad: [],
    skipped: {},
    counts: { rows: 0, items: 0, annotators: 0, isWhole: false },
    problem: null,
  }
  try {
    return { ...empty, ...(await firstRows(file, { columns, signal })) }
  } catch (error) {
    if (!(error instanceof UserError) || empty.columns.length < 2) throw error
    return { ...empty, problem: named(error.message) }
  }
}

async function firstRows(
  file: string,
  options: Pick<ReadOptions, 'columns' | 'signal'>,
): Promise<Pick<FilePreview, 'reading' | 'rows' | 'bad' | 'skipped' | 'counts'>> {
  const first: Pick<FilePreview, 'bad' | 'skipped'> = { bad: [], skipped: {} }
  const valid: ImportRow[] = []
  const { reading, rows } = await openRows(file, { ...options, onSkip: counting(first.skipped) })
  let isWhole = true
  for await (const row of rows) {
    if (valid.length + first.bad.length === maxReadRows) {
      isWhole = false
      break
    }
    if ('reason' in row) first.bad.push(row)
    else valid.push(row)
  }
  const shown = valid.slice(0, maxShownRows).map((row) => ({ ...row.item, edited: finishedEdit(row) }))
  return { reading, rows: shown, ...first, counts: { ...countJoined(valid), isWhole } }
}

/** The newest; an edit that was cancelled or is a draft is none. */
function finishedEdit({ annotations }: ImportRow): string | null {
  return annotations.findLast(({ state }) => state === 'done')?.edited ?? null
}

export function counting(skipped: SkippedRows): (state: string) => void {
  return (state) => {
    skipped[state] = (skipped[state] ?? 0) + 1
  }
}

/** How a file is read, for a terminal: its format, its columns, what was chosen, and its first row. */
export function previewSentences({ file, reading, rows }: FilePreview): string[] {
  if (reading === null || reading.format === null) return [`${file}: no readable rows`]
  const { container, format, notes } = reading
  const [row] = rows
  return [
    `${file}: ${container}, format "${format}". ${columnSentence(reading)}`,
    ...notes.map((note) => `${file}: ${note}`),
    ...(row ? [`${file}: the first row is ${shownRow(row)}`] : []),
  ]
}

function columnSentence({ fields, metadata, empty }: FileReading): string {
  const read = fields.map(({ column, field }) =>
    field === column || field === 'read' ? column : `${column} as ${field}`,
  )
  return [
    `Read: ${read.join(', ') || 'nothing'}.`,
    metadata.length > 0
      ? `Kept as metadata: ${metadata.map((column) => column || '(unnamed)').join(', ')}.`
      : '',
    empty.length > 0 ? `Without content in the first rows: ${empty.join(', ')}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

const maxShownCharacters = 60

function shownRow(row: FilePreview['rows'][number]): string {
  const texts: [name: string, text: string | null][] = [
    ['prompt', row.prompt.at(-1)!.content],
    ['context', row.context === '' ? null : row.context],
    ['chosen', row.chosen],
    ['rejected', row.rejected],
    ['edited', row.edited],
  ]
  return texts
    .flatMap(([name, text]) => (text === null ? [] : [`${name} ${JSON.stringify(shortened(text))}`]))
    .join(', ')
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length > maxShownCharacters
    ? `${characters.slice(0, maxShownCharacters).join('')}…`
    : text
}
