/** Items as a table shows them: searched, filtered and sorted, one page at a time. */
import type { Annotation, Item } from '../contract/records.ts'
import type { Db } from './database.ts'
import { defaultHeldoutShare, type Split, splitOf } from './split.ts'

/** Null and empty fields match everything. */
export interface TableQuery {
  search: string
  /** A dataset's id. */
  dataset: string | null
  split: Split | null
  /** State of the newest annotation by any annotator; `none` matches items without one. */
  state: Annotation['state'] | 'none' | null
  annotator: string | null
  /** Bounds of the newest annotation's edit ratio, the upper one excluded; both need a finished one. */
  minRatio: number | null
  maxRatio: number | null
  sort: keyof typeof sortKeys
  isDescending: boolean
}

export interface TableRow extends Pick<Item, 'id' | 'source' | 'rejected' | 'chosen'> {
  /** The last message. */
  prompt: string
  split: Split
  state: Annotation['state'] | null
  editRatio: number | null
  /** Names, joined by commas. */
  datasets: string
}

/** Measures an edit; null if that is impossible. */
export type EditRatio = (rejected: string, edited: string) => number | null

/** A row shows this many characters of each text. */
const maxCharacters = 240

const ofNewest = (expression: string) =>
  `(SELECT ${expression} FROM shown_annotations AS annotations WHERE item_id = items.id ORDER BY annotations.seq DESC LIMIT 1)`
/** Kept, unlike the others. */
const newestState = 'facts.state'
const newestRatio = ofNewest(
  "CASE state WHEN 'done' THEN edit_ratio(annotations.seq, items.rejected, edited) END",
)
const lastMessage = "json_extract(prompt, '$[#-1].content')"
const datasetNames = `(SELECT coalesce(group_concat(name, ', '), '') FROM
  (SELECT DISTINCT name FROM dataset_items JOIN shown_datasets AS datasets ON datasets.id = dataset_id WHERE item_seq = facts.seq ORDER BY name))`

/** Items without a value come last in both directions. */
const sortKeys = {
  imported: 'facts.seq',
  prompt: `${lastMessage} COLLATE NOCASE`,
  length: 'length(rejected)',
  dataset: `nullif(${datasetNames}, '') COLLATE NOCASE`,
  state: `CASE ${newestState} WHEN 'done' THEN 0 WHEN 'draft' THEN 1 WHEN 'flagged' THEN 2 WHEN 'skipped' THEN 3 ELSE 4 END`,
  ratio: newestRatio,
}

export function tablePage(
  db: Db,
  { query, ratioOf, ...range }: { query: TableQuery; ratioOf: EditRatio; offset: number; limit: number },
): { total: number; rows: TableRow[] } {
  defineRatio(db, ratioOf)
  const { where, values } = conditionOf(query)
  const total = db
    .prepare(`SELECT count(*) FROM ${sourceOf(query)} WHERE ${where}`)
    .pluck()
    .get(values) as number
  const cut = (column: string) => `substr(${column}, 1, ${maxCharacters})`
  const rows = db
    .prepare(
      `SELECT items.id, source, ${cut('rejected')} AS rejected, ${cut('chosen')} AS chosen,
         facts.split_point AS point,
         ${cut(lastMessage)} AS prompt, ${newestState} AS state, ${newestRatio} AS editRatio,
         ${datasetNames} AS datasets
       FROM items JOIN item_facts AS facts USING (seq)
       WHERE facts.seq IN (
         SELECT facts.seq FROM ${sourceOf(query)} WHERE ${where} ORDER BY ${orderOf(query)} LIMIT @limit OFFSET @offset
       )
       ORDER BY ${orderOf(query)}`,
    )
    .all({ ...values, ...range }) as (Omit<TableRow, 'split'> & { point: number })[]
  return { total, rows: rows.map(({ point, ...row }) => ({ ...row, split: splitOf(point) })) }
}

/** The ids of all items that match, in the order of the table. */
export function tableIds(db: Db, query: TableQuery, ratioOf: EditRatio): string[] {
  defineRatio(db, ratioOf)
  const { where, values } = conditionOf(query)
  const select = db.prepare(
    `SELECT facts.id FROM ${sourceOf(query)} WHERE ${where} ORDER BY ${orderOf(query)}`,
  )
  return select.pluck().all(values) as string[]
}

/** Texts are read only if they are compared: a row of facts is a fiftieth of an item's. */
function sourceOf({ sort, minRatio, maxRatio }: TableQuery): string {
  const needsTexts =
    !['imported', 'state', 'dataset'].includes(sort) || minRatio !== null || maxRatio !== null
  return needsTexts ? 'shown_facts AS facts JOIN items USING (seq)' : 'shown_facts AS facts'
}

function orderOf({ sort, isDescending }: TableQuery): string {
  return `${sortKeys[sort]} ${isDescending ? 'DESC' : 'ASC'} NULLS LAST, facts.seq`
}

/** Annotations never change, so that each is measured once while the project is open. */
const measured = new WeakMap<Db, Map<number, number | null>>()

function defineRatio(db: Db, ratioOf: EditRatio): void {
  if (measured.has(db)) return
  const ratios = new Map<number, number | null>()
  measured.set(db, ratios)
  db.function('edit_ratio', { deterministic: true }, (seq, rejected, edited) => {
    const key = Number(seq)
    const before = ratios.get(key)
    if (before !== undefined) return before
    const ratio = rejected === null ? null : ratioOf(String(rejected), String(edited))
    ratios.set(key, ratio)
    return ratio
  })
}

function conditionOf(query: TableQuery) {
  const { search, dataset, split, state, annotator, minRatio, maxRatio } = query
  const parts = ['true']
  const values: Record<string, string | number> = {}
  const restrict = (value: string | number | null, name: string, part: string) => {
    if (value === null) return
    parts.push(part)
    values[name] = value
  }
  restrict(
    toMatch(search),
    'match',
    'facts.seq IN (SELECT rowid FROM item_search WHERE item_search MATCH @match)',
  )
  restrict(
    dataset,
    'dataset',
    'facts.seq IN (SELECT item_seq FROM dataset_items WHERE dataset_id = @dataset)',
  )
  if (split !== null) {
    parts.push(split === 'heldout' ? 'facts.split_point < @share' : 'facts.split_point >= @share')
    values.share = defaultHeldoutShare
  }
  if (state === 'none') parts.push(`${newestState} IS NULL`)
  else restrict(state, 'state', `${newestState} = @state`)
  restrict(
    annotator,
    'annotator',
    'EXISTS (SELECT 1 FROM shown_states WHERE annotator = @annotator AND item_seq = facts.seq)',
  )
  restrict(minRatio, 'minRatio', `${newestRatio} >= @minRatio`)
  restrict(maxRatio, 'maxRatio', `${newestRatio} < @maxRatio`)
  return { where: parts.join(' AND '), values }
}

/** The query for items that have every word, or words that start with it. @returns null if the text has no word */
export function toMatch(search: string): string | null {
  const words = search.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)
  return words === null ? null : words.map((word) => `"${word}"*`).join(' ')
}
