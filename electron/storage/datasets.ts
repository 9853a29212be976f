/** Records of imports: which files, how many rows were imported, and which items are in them. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'
import type { Db } from './database.ts'
import { json, newId, now, text } from './values.ts'

export interface DatasetFile {
  /** Without its folder. */
  name: string
  sizeBytes: number
  sha256: string
}

export interface Dataset {
  id: string
  name: string
  files: DatasetFile[]
  imported: number
  duplicates: number
  bad: number
  createdAt: string
}

/**
 * Name, size and SHA-256 of a file on disk.
 * @throws UserError `bad_input` for a pipe or a device, which has no end; AbortError
 */
export async function describeFile(file: string, signal?: AbortSignal): Promise<DatasetFile> {
  if (!(await stat(file)).isFile())
    throw new UserError('bad_input', `${file} is not a file but a folder, a pipe or a device.`)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) {
    signal?.throwIfAborted()
    hash.update(chunk)
  }
  return { name: path.basename(file), sizeBytes: (await stat(file)).size, sha256: hash.digest('hex') }
}

const columns = 'id, name, files, imported, duplicates, bad, created_at'

interface DatasetColumns extends Omit<Dataset, 'files' | 'createdAt'> {
  files: string
  created_at: string
}

/** Call inside a transaction; `countDataset` sets the counts later. @returns its id */
export function addDataset(db: Db, name: string, files: DatasetFile[]): string {
  const id = newId('dataset')
  const insert = db.prepare(`INSERT INTO datasets (${columns}) VALUES (?, ?, ?, 0, 0, 0, ?)`)
  insert.run(id, text(name, "The dataset's name"), json(files, 'The list of files'), now())
  return id
}

export function countDataset(
  db: Db,
  id: string,
  counts: Pick<Dataset, 'imported' | 'duplicates' | 'bad'>,
): void {
  const update =
    'UPDATE datasets SET imported = @imported, duplicates = @duplicates, bad = @bad WHERE id = @id'
  db.prepare(update).run({ ...counts, id })
}

/**
 * The dataset that was imported from files with the same contents and has this name, also in an import under way.
 * @param orFiles whether the same names of the files are enough
 */
export function findDataset(db: Db, files: DatasetFile[], name: string, orFiles: boolean): Dataset | null {
  const contents = (list: DatasetFile[]) =>
    json(
      list.map(({ sha256 }) => sha256),
      'The list of files',
    )
  const names = (list: DatasetFile[]) =>
    json(
      list.map((file) => file.name),
      'The list of files',
    )
  const all = readDatasets(db, 'datasets ORDER BY rowid')
  const known = all.filter((dataset) => contents(dataset.files) === contents(files))
  const named = known.find((dataset) => dataset.name === name)
  return (
    named ?? (orFiles ? known.find((dataset) => names(dataset.files) === names(files)) : undefined) ?? null
  )
}

/** Names of the datasets that contain an item, in the order of import. */
export function datasetNamesOf(db: Db, itemId: string): string[] {
  return db
    .prepare(
      `SELECT DISTINCT name FROM shown_datasets AS d JOIN dataset_items ON dataset_id = id
       WHERE item_seq = (SELECT seq FROM items WHERE id = ?) ORDER BY d.seq`,
    )
    .pluck()
    .all(itemId) as string[]
}

export function listDatasets(db: Db): Dataset[] {
  return readDatasets(db, 'shown_datasets ORDER BY seq')
}

function readDatasets(db: Db, from: string): Dataset[] {
  const rows = db.prepare(`SELECT ${columns} FROM ${from}`).all() as DatasetColumns[]
  return rows.map(({ files, created_at, ...rest }) => ({
    ...rest,
    files: JSON.parse(files),
    createdAt: created_at,
  }))
}
