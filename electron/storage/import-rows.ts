/**
 * Imports rows into a project: all valid ones in one transaction, or none.
 *
 * Rows arrive over time while other work writes to the same database (saving an annotation must not wait for an import
 * that may still fail), so they are first collected in a temporary table, which needs no lock and vanishes with the
 * process, and then moved in one step.
 */
import { UserError } from '../contract/errors.ts'
import type { BadRow, ImportRow } from '../contract/records.ts'
import { type Db, explain, transact } from './database.ts'
import { addDataset, countDataset, type DatasetFile, findDataset } from './datasets.ts'
import { importWriter } from './imported-annotations.ts'
import { type ItemColumns, itemColumns, itemValues, toColumns } from './items.ts'
import { json } from './values.ts'

type Rows = AsyncIterable<ImportRow | BadRow> | Iterable<ImportRow | BadRow>

/** What becomes one dataset. */
export interface DatasetSource {
  /** Name of the dataset. */
  name: string
  /** Whether the user chose the name. If not, files that were imported before join the dataset that they are. */
  isNamed?: boolean
  files: DatasetFile[]
  rows: Rows
}

export interface ImportSettings {
  /** Import nothing if any row is bad. */
  strict?: boolean
  signal?: AbortSignal
}

export type ImportOptions = Omit<DatasetSource, 'rows'> & ImportSettings

export interface ImportResult {
  /** Null if nothing was imported. */
  datasetId: string | null
  /** Name of the dataset with this id; null if nothing was imported. */
  dataset: string | null
  /** Rows with a new item or annotation. */
  imported: number
  duplicates: number
  /** Edits that replace an earlier row's edit of the same response by the same annotator. */
  replaced: number
  bad: BadRow[]
}

/** Rows are collected and moved this many at a time. */
const rowsPerBatch = 500

/**
 * @throws UserError `cancelled`, `out_of_space`, or any error from reading the rows; nothing is imported then
 */
export async function importRows(
  db: Db,
  rows: Rows,
  { strict, signal, ...source }: ImportOptions,
): Promise<ImportResult> {
  const [result] = await importDatasets(db, [{ ...source, rows }], { strict, signal })
  return result!
}

/**
 * Imports several datasets, all in one transaction.
 * @returns one result per source
 * @throws as `importRows` does
 */
export async function importDatasets(
  db: Db,
  sources: readonly DatasetSource[],
  { strict = false, signal }: ImportSettings,
): Promise<ImportResult[]> {
  const stages: Stage[] = []
  try {
    const collected: Collected[] = []
    for (const source of sources) {
      const stage = openStage(db)
      stages.push(stage)
      collected.push({ source, stage, bad: await collect(source.rows, stage, signal) })
    }
    const isRefused = strict && collected.some(({ bad }) => bad.length > 0)
    return transact(db, () =>
      collected.map((each) => (isRefused || each.stage.count() === 0 ? nothing(each) : move(db, each))),
    )
  } catch (error) {
    throw explain(error, db.name)
  } finally {
    for (const stage of stages) stage.drop()
  }
}

interface Collected {
  source: DatasetSource
  stage: Stage
  bad: BadRow[]
}

function nothing({ bad }: Collected): ImportResult {
  return { datasetId: null, dataset: null, imported: 0, duplicates: 0, replaced: 0, bad }
}

async function collect(rows: Rows, stage: Stage, signal?: AbortSignal): Promise<BadRow[]> {
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
function move(db: Db, { source: { name, isNamed = false, files }, stage, bad }: Collected): ImportResult {
  const insert = db.prepare(
    `INSERT INTO items (${itemColumns}) VALUES (${itemValues}) ON CONFLICT (id) DO NOTHING`,
  )
  const link = db.prepare(
    'INSERT INTO dataset_items (dataset_id, item_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const existing = findDataset(db, files, name, !isNamed)
  const dataset = existing ?? { id: addDataset(db, name, files), name }
  const writer = importWriter(db, dataset)
  let imported = 0
  let duplicates = 0
  try {
    for (const { annotations, ...item } of stage.rows()) {
      let isNew = insert.run(item).changes > 0
      if (writer.write(item.id, JSON.parse(annotations))) isNew = true
      link.run(dataset.id, item.id)
      if (isNew) imported++
      else duplicates++
    }
  } finally {
    writer.drop()
  }
  if (!existing) countDataset(db, dataset.id, { imported, duplicates, bad: bad.length })
  return {
    datasetId: dataset.id,
    dataset: dataset.name,
    imported,
    duplicates,
    replaced: writer.replaced(),
    bad,
  }
}
