/** The items of a project: each is stored once, and they are read in the order of import. */
import { UserError } from '../contract/errors.ts'
import { parseJson } from '../contract/parse-json.ts'
import type { EditedPair, Item } from '../contract/records.ts'
import { itemId } from '../pipeline/data/item.ts'
import { type CheckedAnnotation, verifiedAnnotation } from './checksum.ts'
import { type Db, transact } from './database.ts'
import { DamagedProject } from './health.ts'
import { nextItem } from './incoming.ts'
import { defaultHeldoutShare, type Split, splitPoint } from './split.ts'
import { json, text } from './values.ts'

/** Which items; omitted fields match everything. */
export interface ItemFilter {
  datasetId?: string
  ids?: readonly string[]
  split?: Split
  /** Share of documents that are held out. */
  heldoutShare?: number
}

/** An item as the table `items` holds it, without its sequence number. */
export interface ItemColumns {
  id: string
  source_id: string | null
  source: string
  prompt: string
  context: string
  chosen: string | null
  rejected: string | null
  error_spans: string | null
  metadata: string
  split_point: number
}

export const itemColumns =
  'id, source_id, source, prompt, context, chosen, rejected, error_spans, metadata, split_point'
export const itemValues =
  '@id, @source_id, @source, @prompt, @context, @chosen, @rejected, @error_spans, @metadata, @split_point'

/** @throws UserError for text that cannot be stored exactly */
export function toColumns(item: Item): ItemColumns {
  return {
    id: item.id,
    source_id: text(item.sourceId, 'The source id'),
    source: text(item.source, 'The source'),
    prompt: json(item.prompt, 'The prompt'),
    context: text(item.context, 'The context'),
    chosen: text(item.chosen, 'The chosen response'),
    rejected: text(item.rejected, 'The rejected response'),
    error_spans: item.errorSpans && json(item.errorSpans, 'The error spans'),
    metadata: json(item.metadata, 'The metadata'),
    split_point: splitPoint(item),
  }
}

export function toItem(row: ItemColumns): Item {
  return {
    id: row.id,
    sourceId: row.source_id,
    source: row.source,
    prompt: JSON.parse(row.prompt),
    context: row.context,
    chosen: row.chosen,
    rejected: row.rejected,
    errorSpans: row.error_spans === null ? null : JSON.parse(row.error_spans),
    metadata: parseJson(row.metadata) as Item['metadata'],
  }
}

/** @throws DamagedProject if the item is not what was stored: its id follows from its content */
export function storedItem(db: Db, row: ItemColumns): Item {
  const isWhole = (item: Item) => itemId(item) === item.id
  try {
    const item = toItem(row)
    if (isWhole(item)) return item
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new DamagedProject(db.name, `is damaged (item ${row.id} is not as it was stored)`)
}

/** Stores items unless they already exist. @returns the number of new ones */
export function addItems(db: Db, items: Iterable<Item>): number {
  const insert = db.prepare(
    `INSERT INTO items (seq, ${itemColumns}) VALUES (${nextItem}, ${itemValues}) ON CONFLICT (id) DO NOTHING`,
  )
  const isShown = db.prepare('SELECT 1 FROM shown_items WHERE id = ?')
  return transact(db, () => {
    let added = 0
    for (const item of items) {
      if (insert.run(toColumns(item)).changes > 0) added++
      else if (isShown.get(item.id) === undefined)
        throw new UserError(
          'conflict',
          `Item ${item.id} is being imported at the moment. Try again when the import is done.`,
        )
    }
    return added
  })
}

export function getItem(db: Db, id: string): Item | null {
  const row = db.prepare(`SELECT ${itemColumns} FROM shown_items WHERE id = ?`).get(id) as
    | ItemColumns
    | undefined
  return row ? storedItem(db, row) : null
}

export function countItems(db: Db, filter: ItemFilter = {}): number {
  const { where, values } = condition(filter)
  return db.prepare(`SELECT count(*) FROM shown_items WHERE ${where}`).pluck().get(values) as number
}

const rowsPerPage = 500

/**
 * Yields items in the order in which they were stored. Items that are added meanwhile are yielded too.
 */
export function* iterateItems(db: Db, filter: ItemFilter = {}): Generator<Item> {
  const { where, values } = condition(filter)
  const page = db.prepare(
    `SELECT seq, ${itemColumns} FROM shown_items WHERE seq > @after AND ${where} ORDER BY seq LIMIT ${rowsPerPage}`,
  )
  for (let after = 0; ; ) {
    const rows = page.all({ ...values, after }) as (ItemColumns & { seq: number })[]
    for (const row of rows) yield storedItem(db, row)
    if (rows.length < rowsPerPage) return
    after = rows.at(-1)!.seq
  }
}

/** Yields the items that someone has finished editing; of a project with few edits most items are not read. */
function* iterateEditedItems(db: Db, filter: ItemFilter): Generator<Item> {
  const { where, values } = condition(filter)
  const select = db.prepare(
    "SELECT DISTINCT item_seq FROM shown_states WHERE state = 'done' ORDER BY item_seq",
  )
  const page = db.prepare(
    `SELECT ${itemColumns} FROM shown_items WHERE seq IN (SELECT value FROM json_each(@seqs)) AND ${where} ORDER BY seq`,
  )
  const seqs = select.pluck().all() as number[]
  for (let from = 0; from < seqs.length; from += rowsPerPage) {
    const part = JSON.stringify(seqs.slice(from, from + rowsPerPage))
    for (const row of page.all({ ...values, seqs: part }) as ItemColumns[]) yield storedItem(db, row)
  }
}

/** Yields the finished edits: for each item, each annotator's latest revision if it is done. */
export function* iterateEditedPairs(db: Db, filter: ItemFilter = {}): Generator<EditedPair> {
  const edits = db.prepare<[string], CheckedAnnotation & { edited: string; change_kinds: string | null }>(
    "SELECT * FROM latest_annotations WHERE item_id = ? AND state = 'done' ORDER BY annotator",
  )
  for (const item of iterateEditedItems(db, filter)) {
    const { rejected } = item
    if (rejected === null) continue
    for (const row of edits.all(item.id)) {
      const { edited, change_kinds: kinds } = verifiedAnnotation(row, db.name)
      yield { item, rejected, edited, ...(kinds !== null && { changeKinds: JSON.parse(kinds) }) }
    }
  }
}

function condition(filter: ItemFilter): { where: string; values: Record<string, string | number> } {
  const { datasetId, ids, split, heldoutShare = defaultHeldoutShare } = filter
  const parts = ['true']
  const values: Record<string, string | number> = {}
  if (datasetId !== undefined) {
    parts.push('seq IN (SELECT item_seq FROM dataset_items WHERE dataset_id = @datasetId)')
    values.datasetId = datasetId
  }
  if (ids !== undefined) {
    parts.push('id IN (SELECT value FROM json_each(@ids))')
    values.ids = JSON.stringify(ids)
  }
  if (split !== undefined) {
    parts.push(split === 'heldout' ? 'split_point < @heldoutShare' : 'split_point >= @heldoutShare')
    values.heldoutShare = heldoutShare
  }
  return { where: parts.join(' AND '), values }
}
