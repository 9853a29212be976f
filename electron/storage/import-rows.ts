/**
 * Imports rows into a project: all valid ones, or none.
 *
 * Saving an annotation must not wait for an import, so rows are stored in short transactions with turns for other work
 * between them. They stay hidden until the last one shows them all; what is hidden when an import fails, is cancelled or
 * ends with its process is removed.
 */
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../contract/errors.ts'
import type { BadRow, ImportRow } from '../contract/records.ts'
import { type Db, explain, transact } from './database.ts'
import { addDataset, countDataset, type DatasetFile, findDataset } from './datasets.ts'
import { type ImportWriter, importWriter } from './imported-annotations.ts'
import { beginIncoming, type Incoming, removeHidden } from './incoming.ts'
import { itemColumns, itemValues, toColumns } from './items.ts'
import { type Joined, joinRows } from './joined-rows.ts'

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
  /** Of the rows that are stored after all were read, because they may belong to one item. */
  onJoining?: (done: number, total: number) => void
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
  joined: Joined
}

/** Rows are stored in transactions of about this length, so that other work waits for no more. */
const msPerPart = 15
const maxRowsPerPart = 1000
/** Before the first transaction was timed, and for long texts. */
const firstRowsPerPart = 50
const maxCharactersPerPart = 400_000
/** Pages of the log before it is copied to the database: a part changes many pages that the next one changes again. */
const pagesInLog = 8000

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
 * Imports several datasets, all or none of them. Imports into one project take turns.
 * @returns one result per source
 * @throws as `importRows` does
 */
export async function importDatasets(
  db: Db,
  sources: readonly DatasetSource[],
  settings: ImportSettings,
): Promise<ImportResult[]> {
  const turn = (turns.get(db) ?? Promise.resolve()).then(() => importInTurn(db, sources, settings))
  turns.set(
    db,
    turn.catch(() => {}).then(() => removeHidden(db).catch(() => {})),
  )
  return turn
}

/** Removes what an earlier process has left of an import; later imports wait for it. */
export function removeUnfinishedImport(db: Db): void {
  turns.set(
    db,
    // What could not be removed stays hidden, and is tried again before the next import, which reports the reason.
    removeHidden(db).catch(() => {}),
  )
}

/** The last import of each project. */
const turns = new WeakMap<Db, Promise<unknown>>()

async function importInTurn(
  db: Db,
  sources: readonly DatasetSource[],
  { strict = false, signal, onJoining }: ImportSettings,
): Promise<ImportResult[]> {
  refuseCancelled(signal)
  const parts: Part[] = []
  try {
    await removeHidden(db)
    const incoming = beginIncoming(db)
    for (const source of sources) {
      const part = openPart(db, source, incoming)
      parts.push(part)
      await storeAll(db, joinRows(db, source.rows, part.result.joined, onJoining), part, signal)
    }
    if (strict && parts.some(({ result }) => result.bad.length > 0))
      return parts.map(({ result: { bad, joined } }) => ({ ...nothing, bad, joined }))
    transact(db, () => {
      for (const part of parts) part.complete()
      incoming.show([...new Set(parts.flatMap(({ changed }) => changed))])
    })
    return parts.map(({ result }) => result)
  } catch (error) {
    throw explain(error, db.name)
  } finally {
    for (const part of parts) part.drop()
  }
}

const nothing: Omit<ImportResult, 'bad' | 'joined'> = {
  datasetId: null,
  dataset: null,
  imported: 0,
  duplicates: 0,
  replaced: 0,
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new UserError('cancelled', 'The import was cancelled; nothing was imported.')
}

async function storeAll(db: Db, rows: Rows, part: Part, signal?: AbortSignal): Promise<void> {
  let waiting: ImportRow[] = []
  let characters = 0
  let rowsPerPart = firstRowsPerPart
  const store = () => {
    const startedAt = performance.now()
    unsynced(db, () => transact(db, () => part.store(waiting)))
    const msPerRow = (performance.now() - startedAt) / waiting.length
    rowsPerPart = Math.max(1, Math.min(maxRowsPerPart, 2 * rowsPerPart, Math.round(msPerPart / msPerRow)))
    waiting = []
    characters = 0
  }
  for await (const row of rows) {
    refuseCancelled(signal)
    if ('reason' in row) part.result.bad.push(row)
    else {
      waiting.push(row)
      characters += lengthOf(row)
    }
    if (waiting.length < rowsPerPart && characters < maxCharactersPerPart) continue
    store()
    await setImmediate()
  }
  refuseCancelled(signal)
  if (waiting.length > 0) store()
}

function lengthOf({ item }: ImportRow): number {
  return item.context.length + (item.chosen?.length ?? 0) + (item.rejected?.length ?? 0)
}

/** Hidden rows need not be on the disk before the transaction that shows them, which syncs the log that all are in. */
function unsynced(db: Db, work: () => void): void {
  db.pragma('synchronous = NORMAL')
  db.pragma(`wal_autocheckpoint = ${pagesInLog}`)
  try {
    work()
  } finally {
    db.pragma('synchronous = FULL')
    db.pragma('wal_autocheckpoint = 1000')
  }
}

/** What one source adds. */
interface Part {
  result: ImportResult
  /** Ids of items that showed before and have new annotations. */
  changed: string[]
  /** Call inside a transaction. */
  store(rows: readonly ImportRow[]): void
  /** Call inside the last transaction. */
  complete(): void
  drop(): void
}

function openPart(db: Db, source: DatasetSource, incoming: Incoming): Part {
  const joined = { rows: 0, items: 0, annotators: new Set<string>() }
  const result: ImportResult = { ...nothing, bad: [], joined }
  const writer = itemWriter(db, incoming)
  const changed: string[] = []
  let dataset: OpenDataset | null = null
  return {
    result,
    changed,
    store(rows) {
      if (rows.length === 0) return
      dataset ??= openDataset(db, source, incoming)
      result.datasetId = dataset.id
      result.dataset = dataset.name
      // All items first: each later statement would write the words that the search keeps in memory.
      const items = rows.map(({ item }) => writer.write(item))
      for (const [n, { item, annotations }] of rows.entries()) {
        const stored = items[n]!
        const isNew = dataset.writer.write(item.id, annotations, stored.isNew)
        dataset.link(stored)
        if (isNew && !stored.isHidden) changed.push(item.id)
        if (isNew || stored.isNew) result.imported++
        else result.duplicates++
      }
      result.replaced = dataset.writer.replaced()
    },
    complete: () => dataset?.complete(result),
    drop: () => dataset?.writer.drop(),
  }
}

function itemWriter(db: Db, incoming: Incoming) {
  const insert = db.prepare(`INSERT INTO items (seq, ${itemColumns}) VALUES (@seq, ${itemValues})`)
  const seqOf = db.prepare('SELECT seq FROM items WHERE id = ?').pluck()
  return {
    write(item: ImportRow['item']): StoredItem {
      const known = seqOf.get(item.id) as number | undefined
      if (known !== undefined) return { seq: known, isNew: false, isHidden: incoming.isHidden(known) }
      const seq = incoming.nextItem()
      insert.run({ ...toColumns(item), seq })
      return { seq, isNew: true, isHidden: true }
    },
  }
}

interface StoredItem {
  seq: number
  /** Whether it was stored just now. */
  isNew: boolean
  isHidden: boolean
}

interface OpenDataset {
  id: string
  name: string
  writer: ImportWriter
  link(item: StoredItem): void
  complete(counts: ImportResult): void
}

/** The dataset that the files are imported into: a new one, or the one that they are. */
function openDataset(db: Db, source: DatasetSource, incoming: Incoming): OpenDataset {
  const { name, isNamed = false, files } = source
  const existing = findDataset(db, files, name, !isNamed)
  const dataset = existing ?? { id: addDataset(db, name, files), name }
  if (!existing) incoming.hideDataset(dataset.id)
  const insert = db.prepare(
    'INSERT INTO dataset_items (dataset_id, item_seq) SELECT ?, seq FROM items WHERE seq = ? ON CONFLICT DO NOTHING',
  )
  const isLinked = db.prepare('SELECT 1 FROM dataset_items WHERE dataset_id = ? AND item_seq = ?')
  /** Items that show already join a dataset that does as well only in the end. */
  const late: number[] = []
  return {
    id: dataset.id,
    name: dataset.name,
    writer: importWriter(db, dataset, incoming),
    link({ seq, isNew, isHidden }) {
      if (!isNew && isLinked.get(dataset.id, seq) !== undefined) return
      if (existing && !isHidden) late.push(seq)
      else insert.run(dataset.id, seq)
    },
    complete({ imported, duplicates, bad }) {
      for (const seq of late) insert.run(dataset.id, seq)
      if (!existing) countDataset(db, dataset.id, { imported, duplicates, bad: bad.length })
    },
  }
}
