/** Items as a table shows them: searched and filtered, one page at a time. */
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
}

export interface TableRow extends Pick<Item, 'id' | 'source' | 'rejected' | 'chosen'> {
  /** The last message. */
  prompt: string
  split: Split
  state: Annotation['state'] | null
}

/** A row shows this many characters of each text. */
const maxCharacters = 240

const newestState =
  '(SELECT state FROM annotations WHERE item_id = items.id ORDER BY annotations.seq DESC LIMIT 1)'

export function tablePage(
  db: Db,
  query: TableQuery,
  { offset, limit }: { offset: number; limit: number },
): { total: number; rows: TableRow[] } {
  const { where, values } = conditionOf(query)
  const total = db.prepare(`SELECT count(*) FROM items WHERE ${where}`).pluck().get(values) as number
  const cut = (column: string) => `substr(${column}, 1, ${maxCharacters})`
  const rows = db
    .prepare(
      `SELECT id, source, ${cut('rejected')} AS rejected, ${cut('chosen')} AS chosen, split_point AS point,
         ${cut("json_extract(prompt, '$[#-1].content')")} AS prompt, ${newestState} AS state
       FROM items WHERE ${where} ORDER BY seq LIMIT @limit OFFSET @offset`,
    )
    .all({ ...values, limit, offset }) as (Omit<TableRow, 'split'> & { point: number })[]
  return { total, rows: rows.map(({ point, ...row }) => ({ ...row, split: splitOf(point) })) }
}

function conditionOf({ search, dataset, split, state }: TableQuery) {
  const parts = ['true']
  const values: Record<string, string | number> = {}
  const match = toMatch(search)
  if (match !== null) {
    parts.push('seq IN (SELECT rowid FROM item_search WHERE item_search MATCH @match)')
    values.match = match
  }
  if (dataset !== null) {
    parts.push('id IN (SELECT item_id FROM dataset_items WHERE dataset_id = @dataset)')
    values.dataset = dataset
  }
  if (split !== null) {
    parts.push(split === 'heldout' ? 'split_point < @share' : 'split_point >= @share')
    values.share = defaultHeldoutShare
  }
  if (state !== null) {
    parts.push(state === 'none' ? `${newestState} IS NULL` : `${newestState} = @state`)
    if (state !== 'none') values.state = state
  }
  return { where: parts.join(' AND '), values }
}

/** The query for items that have every word, or words that start with it. @returns null if the text has no word */
export function toMatch(search: string): string | null {
  const words = search.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)
  return words === null ? null : words.map((word) => `"${word}"*`).join(' ')
}
