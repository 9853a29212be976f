/**
 * Joins rows of one text that different annotators have edited, each row with an id or details that differ, to one item
 * with an edit per annotator. In what the rows differ is kept under `annotators` in the item's metadata, so nothing is
 * lost, and nothing is added that the rows do not say. Rows that a project has as separate items stay so.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { canonicalJson, findUnstorable, type JsonObject } from '../contract/json.ts'
import { parseJson } from '../contract/parse-json.ts'
import type { BadRow, ImportRow, Item } from '../contract/records.ts'
import { makeItem } from '../pipeline/data/item.ts'
import type { Db } from './database.ts'
import { type ItemColumns, itemColumns, toItem } from './items.ts'
import { json } from './values.ts'

/** Where the item's metadata has what belongs to one annotator's row. */
const key = 'annotators'

/** Equal for items that one item may stand for. */
function keyOf({ source, prompt, context, chosen, rejected, errorSpans }: Item): string {
  const text = canonicalJson({ source, prompt, context, chosen, rejected, errorSpans })
  return createHash('sha256').update(text).digest('base64')
}

/** An item as a row has it alone, and who has edited it. */
interface Part {
  item: Item
  annotators: ReadonlySet<string>
}

/**
 * @param parts different items of one text
 * @returns the item that takes their place; null if an annotator has edited several of them, or some are not one's own
 */
export function joinItems(parts: readonly Part[]): Item | null {
  const annotators = parts.flatMap((part) => [...part.annotators])
  const isSeparate =
    new Set(annotators).size === annotators.length && parts.every((part) => part.annotators.size > 0)
  if (!isSeparate || parts.some(({ item }) => Object.hasOwn(item.metadata, key))) return null
  const [{ item: first }] = parts as [Part]
  const isCommon = (name: string, value: unknown) =>
    parts.every(
      ({ item }) => Object.hasOwn(item.metadata, name) && isDeepStrictEqual(item.metadata[name], value),
    )
  const common = Object.fromEntries(
    Object.entries(first.metadata).filter(([name, value]) => isCommon(name, value)),
  )
  const isOwnId = parts.some(({ item }) => item.sourceId !== first.sourceId)
  const details = parts.flatMap(({ item, annotators }) =>
    [...annotators].map((annotator) => [annotator, detailsOf(item, isOwnId, common)] as const),
  )
  const { id: _, ...content } = first
  const metadata = { ...common, [key]: Object.fromEntries(details) }
  if (findUnstorable(metadata) !== null) return null
  return makeItem({ ...content, sourceId: isOwnId ? null : first.sourceId, metadata })
}

/** What only this row says. */
function detailsOf({ sourceId, metadata }: Item, isOwnId: boolean, common: JsonObject): JsonObject {
  const own = Object.entries(metadata).filter(([name]) => !Object.hasOwn(common, name))
  return { ...(isOwnId && sourceId !== null && { id: sourceId }), ...Object.fromEntries(own) }
}

/** Ids of the items that were joined to this one. */
function idsOfParts({ id: _, ...item }: Item): string[] {
  const { [key]: details, ...common } = item.metadata
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return []
  return Object.values(details).flatMap((each) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return []
    const { id = item.sourceId, ...own } = each
    if (typeof id !== 'string' && id !== null) return []
    return [makeItem({ ...item, sourceId: id, metadata: { ...common, ...own } }).id]
  })
}

/** What rows will be in a project that has none of them. */
export function countJoined(rows: readonly ImportRow[]): { rows: number; items: number; annotators: number } {
  const edits = rows.flatMap(({ annotations }) => annotations)
  const items = [...Map.groupBy(rows, ({ item, isOneOfMany }) => (isOneOfMany ? keyOf(item) : null))].flatMap(
    ([textKey, group]) => {
      const parts = partsOf(group)
      const joined = textKey === null || parts.length === 1 ? null : joinItems(parts)
      return joined === null ? parts.map(({ item }) => item.id) : [joined.id]
    },
  )
  return {
    rows: rows.length,
    items: new Set(items).size,
    annotators: new Set(edits.flatMap(({ annotator }) => annotator ?? [])).size,
  }
}

function partsOf(rows: readonly Pick<ImportRow, 'item' | 'annotations'>[]): Part[] {
  return [...Map.groupBy(rows, ({ item }) => item.id).values()].map((same) => ({
    item: same[0]!.item,
    annotators: new Set(
      same.flatMap(({ annotations }) => annotations.flatMap(({ annotator }) => annotator ?? [])),
    ),
  }))
}

type Rows = AsyncIterable<ImportRow | BadRow> | Iterable<ImportRow | BadRow>

/** Rows that were joined, the items that they became, and who has edited these. */
export interface Joined {
  rows: number
  items: number
  annotators: Set<string>
}

/**
 * Yields all rows, last those that may be joined: they wait in a temporary table until all rows of their text are known.
 * What was joined by an earlier import of the same rows is found again.
 * @param joined is counted up
 * @param onProgress gets the number of waiting rows that were yielded, and of all
 */
export async function* joinRows(
  db: Db,
  rows: Rows,
  joined: Joined,
  onProgress: (done: number, total: number) => void = () => {},
): AsyncGenerator<ImportRow | BadRow> {
  let waiting: Waiting | null = null
  try {
    for await (const row of rows) {
      if ('reason' in row || !row.isOneOfMany) {
        yield row
        continue
      }
      waiting ??= openWaiting(db)
      waiting.add(row)
    }
    if (waiting === null) return
    waiting.complete()
    let done = 0
    for (const row of joinWaiting(db, waiting, joined)) {
      yield row
      if (++done % rowsPerBatch === 0) onProgress(done, waiting.count())
    }
  } finally {
    waiting?.drop()
  }
}

function* joinWaiting(db: Db, waiting: Waiting, joined: Joined): Generator<ImportRow> {
  const before = joinedBefore(db, waiting)
  const exists = db.prepare('SELECT 1 FROM items WHERE id = ?').pluck()
  for (const rows of waiting.texts()) {
    const wasImported = rows.some(({ item: { id } }) => before.has(id) || exists.get(id) !== undefined)
    const parts = wasImported ? [] : partsOf(rows)
    const whole = parts.length < 2 ? null : joinItems(parts)
    const moved = rows.map((row) => moveTo(before.get(row.item.id) ?? whole, row))
    for (const { annotations } of whole === null ? [] : moved)
      for (const { annotator } of annotations) joined.annotators.add(annotator!)
    joined.rows += whole === null ? 0 : rows.length
    joined.items += whole === null ? 0 : 1
    yield* moved
  }
}

function moveTo(item: Item | null, row: ImportRow): ImportRow {
  if (item === null) return row
  return { ...row, item, annotations: row.annotations.map((each) => ({ ...each, itemId: item.id })) }
}

/** Joined items of the project whose text waits, by the ids that their parts would have alone. */
function joinedBefore(db: Db, waiting: Waiting): Map<string, Item> {
  const select = db.prepare<[], ItemColumns>(
    `SELECT ${itemColumns} FROM items WHERE metadata LIKE '%"${key}":{%'`,
  )
  const those = select
    .all()
    .map(toItem)
    .filter((item) => waiting.has(keyOf(item)))
  return new Map(those.flatMap((item) => idsOfParts(item).map((id) => [id, item] as const)))
}

interface Waiting {
  add(row: ImportRow): void
  /** Call once, when all were added. */
  complete(): void
  count(): number
  has(textKey: string): boolean
  /** The rows of each text, in the order of their first. */
  texts(): Generator<ImportRow[]>
  drop(): void
}

const rowsPerBatch = 500
let tables = 0

/** In a temporary table, so that memory is bounded. */
function openWaiting(db: Db): Waiting {
  const name = `waiting_rows_${++tables}`
  db.exec(`CREATE TEMP TABLE ${name} (n INTEGER PRIMARY KEY, text_key, row)`)
  const insert = db.prepare(`INSERT INTO temp.${name} (text_key, row) VALUES (?, ?)`)
  const page = db.prepare<[number], { n: number; text_key: string }>(
    `SELECT n, text_key FROM temp.${name} WHERE n > ? ORDER BY n LIMIT ${rowsPerBatch}`,
  )
  const ofText = db.prepare<[string], { n: number; row: string }>(
    `SELECT n, row FROM temp.${name} WHERE text_key = ? ORDER BY n`,
  )
  let batch: ImportRow[] = []
  let count = 0
  const store = db.transaction(() => {
    for (const row of batch) insert.run(keyOf(row.item), json(row, 'The row'))
    batch = []
  })
  return {
    add(row) {
      count++
      batch.push(row)
      if (batch.length === rowsPerBatch) store()
    },
    complete() {
      store()
      db.exec(`CREATE INDEX temp.${name}_texts ON ${name} (text_key, n)`)
    },
    count: () => count,
    has: (textKey) => ofText.get(textKey) !== undefined,
    *texts() {
      for (let after = 0; ; ) {
        const rows = page.all(after)
        for (const { n, text_key: textKey } of rows) {
          const same = ofText.all(textKey)
          if (same[0]!.n === n) yield same.map(({ row }) => parseJson(row) as ImportRow)
        }
        if (rows.length < rowsPerBatch) return
        after = rows.at(-1)!.n
      }
    },
    drop: () => void (db.open && db.exec(`DROP TABLE ${name}`)),
  }
}
