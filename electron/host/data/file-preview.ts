/** What importing a file would add: its format, and its first rows. Reads only the beginning of the file. */
import { statSync } from 'node:fs'
import type { FilePreview } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import { readBytes } from '../../pipeline/data/bytes.ts'
import { detectFile, readRows } from '../../pipeline/data/read.ts'

const maxShownRows = 20
/** A huge file has to be previewed at once. */
const maxReadRows = 200

/**
 * @param columns for CSV: the column of each field
 * @returns for a CSV file in no known format the `problem`: a mapping of its columns may help
 * @throws UserError `bad_input` for any other file that cannot be read
 */
export async function previewFile(file: string, columns: Record<string, string>): Promise<FilePreview> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile())
    throw new UserError('bad_input', stat ? `${file} is a folder, not a file.` : `${file} does not exist.`)
  const header = await csvColumns(file)
  const empty: FilePreview = {
    file,
    sizeBytes: stat.size,
    format: null,
    columns: header,
    rows: [],
    bad: [],
    problem: null,
  }
  let format: string | null
  try {
    format = await detectFile(file, { columns })
  } catch (error) {
    if (!(error instanceof UserError) || header.length < 2) throw error
    return { ...empty, problem: error.message }
  }
  return { ...empty, format, ...(await firstRows(file, columns)) }
}

async function firstRows(
  file: string,
  columns: Record<string, string>,
): Promise<Pick<FilePreview, 'rows' | 'bad'>> {
  const first: Pick<FilePreview, 'rows' | 'bad'> = { rows: [], bad: [] }
  let read = 0
  for await (const row of readRows(file, { columns })) {
    if ('reason' in row) first.bad.push(row)
    else if (first.rows.length < maxShownRows)
      first.rows.push({ ...row.item, edited: row.annotations.at(-1)?.edited ?? null })
    if (++read === maxReadRows) break
  }
  return first
}

/** Columns of a CSV file's header; empty for JSON. */
async function csvColumns(file: string): Promise<string[]> {
  const line = await firstLine(file)
  if (line === '' || /^\s*[[{]/.test(line)) return []
  const separator = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? ','
  return line.split(separator).map((name) => name.trim().replace(/^"|"$/g, ''))
}

const maxHeaderLength = 1 << 20

async function firstLine(file: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of readBytes(file)) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes('\n') || text.length > maxHeaderLength) break
  }
  return text.split(/\r?\n/, 1)[0]!
}
