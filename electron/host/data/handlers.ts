/** The page's items: the table, one in full, a look into a file, and files that a browser brings. */
import { statSync } from 'node:fs'
import { mkdir, mkdtemp, open } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { FilePreview } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import { readBytes } from '../../pipeline/data/bytes.ts'
import { detectFile, readRows } from '../../pipeline/data/read.ts'
import { getItem, listAnnotations, splitOf, splitPoint, tablePage } from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'

export function dataHandlers({ api, lab }: HandlerContext) {
  return {
    page: api.data.page.handler(async ({ input: { project, query, ...range } }) =>
      tablePage((await lab.openProject(project)).db, query, range),
    ),
    get: api.data.get.handler(async ({ input: { project, id } }) => {
      const { db } = await lab.openProject(project)
      const item = getItem(db, id)
      if (item === null) throw new UserError('not_found', `There is no item ${id} in this project.`)
      return { item, split: splitOf(splitPoint(item)), annotations: listAnnotations(db, id) }
    }),
    preview: api.data.preview.handler(({ input }) => preview(input.file, input.columns)),
    upload: api.data.upload.handler(({ input }) => keep(input)),
  }
}

const shownRows = 20
/** Rows looked at, so that a huge file answers at once. */
const readAtMost = 200

async function preview(file: string, columns: Record<string, string>): Promise<FilePreview> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile())
    throw new UserError('bad_input', `${file} is ${stat ? 'a folder, not a file' : 'not there'}.`)
  const found: FilePreview = {
    ...{ file, sizeBytes: stat.size, format: null, rows: [], bad: [], problem: null },
    columns: await csvColumns(file),
  }
  try {
    found.format = await detectFile(file, { columns })
  } catch (error) {
    if (!(error instanceof UserError) || found.columns.length < 2) throw error
    return { ...found, problem: error.message }
  }
  let read = 0
  for await (const row of readRows(file, { columns })) {
    if ('reason' in row) found.bad.push(row)
    else if (found.rows.length < shownRows)
      found.rows.push({ ...row.item, edited: row.annotations.at(-1)?.edited ?? null })
    if (++read === readAtMost) break
  }
  return found
}

/** Columns of a CSV file's header; none for JSON. */
async function csvColumns(file: string): Promise<string[]> {
  const line = await firstLine(file)
  if (line === '' || /^\s*[[{]/.test(line)) return []
  const separator = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? ','
  return line.split(separator).map((name) => name.trim().replace(/^"|"$/g, ''))
}

const longestHeader = 1 << 20

async function firstLine(file: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of readBytes(file)) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes('\n') || text.length > longestHeader) break
  }
  return text.split(/\r?\n/, 1)[0]!
}

/** A part of a file that a browser brings, at its place; a new folder for each file, so that names never meet. */
async function keep({
  name,
  content,
  offset,
  into,
}: {
  name: string
  content: Blob
  offset: number
  into: string | null
}) {
  const uploads = path.join(os.tmpdir(), 'stet-uploads')
  await mkdir(uploads, { recursive: true, mode: 0o700 })
  const folder = into === null ? await mkdtemp(path.join(uploads, 'file-')) : path.dirname(path.resolve(into))
  if (path.dirname(folder) !== uploads) throw new UserError('bad_input', 'This is no place for an upload.')
  const file = path.join(folder, path.basename(name.replaceAll('\\', '/')) || 'file')
  const handle = await open(file, offset === 0 ? 'w' : 'r+')
  try {
    await handle.write(new Uint8Array(await content.arrayBuffer()), 0, undefined, offset)
  } finally {
    await handle.close()
  }
  return { file }
}
