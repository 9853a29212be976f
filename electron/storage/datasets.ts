/** Records of imports: which files, what became of their rows, and which items they gave. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
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

/** Name, size and SHA-256 of a file as it lies on the disk. */
export async function describeFile(file: string): Promise<DatasetFile> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return { name: path.basename(file), sizeBytes: (await stat(file)).size, sha256: hash.digest('hex') }
}

const COLUMNS = 'id, name, files, imported, duplicates, bad, created_at'

interface DatasetColumns extends Omit<Dataset, 'files' | 'createdAt'> {
  files: string
  created_at: string
}

/** Call inside a transaction. Counts are set by `countDataset` once they are known. @returns its id */
export function addDataset(db: Db, name: string, files: DatasetFile[]): string {
  const id = newId('dataset')
  const insert = db.prepare(`INSERT INTO datasets (${COLUMNS}) VALUES (?, ?, ?, 0, 0, 0, ?)`)
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

/** The dataset that was imported from the same content before, whatever its files were called. */
export function findDataset(db: Db, files: DatasetFile[]): Dataset | null {
  const content = (list: DatasetFile[]) => list.map(({ sha256 }) => sha256).join()
  return listDatasets(db).find((dataset) => content(dataset.files) === content(files)) ?? null
}

/** Names of the datasets that an item came with, the first import first. */
export function datasetNamesOf(db: Db, itemId: string): string[] {
  return db
    .prepare(
      'SELECT DISTINCT name FROM datasets JOIN dataset_items ON dataset_id = id WHERE item_id = ? ORDER BY datasets.rowid',
    )
    .pluck()
    .all(itemId) as string[]
}

export function listDatasets(db: Db): Dataset[] {
  const rows = db.prepare(`SELECT ${COLUMNS} FROM datasets ORDER BY rowid`).all() as DatasetColumns[]
  return rows.map(({ files, created_at, ...rest }) => ({
    ...rest,
    files: JSON.parse(files),
    createdAt: created_at,
  }))
}
