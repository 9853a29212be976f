/**
 * Imports rows into a project: all valid ones in one transaction, or none.
 *
 * Rows arrive over time while other work writes to the same database (saving an annotation must not wait for an import
 * that may still fail), so they are first collected in a temporary table, which needs no lock and vanishes with the
 * process, and then moved in one step.
 */
import { UserError } from '../contract/errors.ts'
import type { BadRow, ImportRow, NewAnnotation } from '../contract/records.ts'
import { annotationWriter } from './annotations.ts'
import { type Db, explain, transact } from './database.ts'
import { addDataset, countDataset, type DatasetFile, findDataset } from './datasets.ts'
import { type ItemColumns, itemColumns, itemValues, toColumns } from './items.ts'
import { json } from './values.ts'

export interface ImportOptions {
  /** Name of the dataset. */
  name: string
  files: DatasetFile[]
  /** Import nothing if any row is bad. */
  strict?: boolean
  signal?: AbortSignal
}

export interface ImportResult {
  /** Null if nothing was imported. */
  datasetId: string | null
  /** Rows with a new item or annotation. */
  imported: number
  duplicates: number
  bad: BadRow[]
}

/** Rows are collected and moved this many at a time. */
const rowsPerBatch = 500

/**
 * @throws UserError `cancelled`, `out_of_space`, or any error from reading the rows; nothing is imported then
 */
export async function importRows(
  db: Db,
  rows: AsyncIterable<ImportRow | BadRow> | Iterable<ImportRow | BadRow>,
  options: ImportOptions,
): Promise<ImportResult> {
  const stage = openStage(db)
  try {
    const bad = await collect(rows, stage, options.signal)
    if (stage.count() === 0 || (options.strict && bad.length > 0)) {
      return { datasetId: null, imported: 0, duplicates: 0, bad }
    }
    return { ...transact(db, () => move(db, stage, options, bad.length)), bad }
  } catch (error) {
    throw explain(error, db.name)
  } finally {
    stage.drop()
  }
}

async function collect(
  rows: AsyncIterable<ImportRow | BadRow> | Iterable<ImportRow | BadRow>,
  stage: Stage,
  signal?: AbortSignal,
): Promise<BadRow[]> {
  const bad: BadRow[] = []
  let batch: StagedRow[] = []
  for await (const row of rows) {
    if (signal?.aborted) throw new UserError('cancelled', 'The import was cancelled; nothing was imported.')
    if ('reason' in row) bad.push(row)
    else batch.push({ ...toColumns(row.item), annotations: json(row.annotations, 'The annotations') })
    if (batch.length < rowsPerBatch) continue
    stage.add(batch)
    batch = []
  }
  stage.add(batch)
  return bad
}

type StagedRow = ItemColumns & { annotations: string }

interface Stage {
  add(rows: StagedRow[]): void
  count(): number
  rows(): Generator<StagedRow>
  drop(): void
}

let stages = 0

/** Creates a temporary table, which is in a separate file that only this connection sees. */
function openStage(db: Db): Stage {
  const table = `temp.staged_${++stages}`
  db.exec(`CREATE TEMP TABLE staged_${stages} (n INTEGER PRIMARY KEY, ${itemColumns}, annotations)`)
  const insert = db.prepare(
    `INSERT INTO ${table} (${itemColumns}, annotations) VALUES (${itemValues}, @annotations)`,
  )
  const page = db.prepare(`SELECT * FROM ${table} WHERE n > ? ORDER BY n LIMIT ${rowsPerBatch}`)
  const count = db.prepare(`SELECT count(*) FROM ${table}`).pluck()
  const addAll = db.transaction((rows: StagedRow[]) => {
    for (const row of rows) insert.run(row)
  })
  return {
    add: (rows) => addAll(rows),
    count: () => count.get() as number,
    *rows() {
      for (let after = 0; ; after += rowsPerBatch) {
        const rows = page.all(after) as StagedRow[]
        yield* rows
        if (rows.length < rowsPerBatch) return
      }
    },
    drop: () => void (db.open && db.exec(`DROP TABLE ${table}`)),
  }
}

/** Moves the collected rows into the project; call inside a transaction. */
function move(db: Db, stage: Stage, { name, files }: ImportOptions, badCount: number) {
  const insert = db.prepare(
    `INSERT INTO items (${itemColumns}) VALUES (${itemValues}) ON CONFLICT (id) DO NOTHING`,
  )
  const link = db.prepare(
    'INSERT INTO dataset_items (dataset_id, item_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const writer = annotationWriter(db)
  const existing = findDataset(db, files)
  const datasetId = existing?.id ?? addDataset(db, name, files)
  let imported = 0
  let duplicates = 0
  for (const { annotations, ...item } of stage.rows()) {
    let isNew = insert.run(item).changes > 0
    for (const annotation of JSON.parse(annotations) as NewAnnotation[]) {
      if (writer.appendNew(annotation)) isNew = true
    }
    link.run(datasetId, item.id)
    if (isNew) imported++
    else duplicates++
  }
  if (!existing) countDataset(db, datasetId, { imported, duplicates, bad: badCount })
  return { datasetId, imported, duplicates }
}
