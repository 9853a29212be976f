/** An annotator's queue: items with a rejected response, and the state of the annotator's work on each. */
import type { Annotation } from '../contract/records.ts'
import type { Db } from './database.ts'
import { toMatch } from './item-table.ts'
import { defaultHeldoutShare, type Split } from './split.ts'

export interface QueueFilter {
  split: Split | null
  /** A dataset's id. */
  dataset: string | null
  /** Words to find; all items if it has none. */
  search?: string
}

/** @returns ids in the order of import, with the state of the annotator's newest revision */
export function annotatorQueue(
  db: Db,
  annotator: string,
  { split, dataset, search = '' }: QueueFilter,
): { id: string; state: Annotation['state'] | null }[] {
  const inSplit =
    split === null ? 'true' : split === 'heldout' ? 'split_point < @share' : 'split_point >= @share'
  const inDataset =
    dataset === null ? 'true' : 'id IN (SELECT item_id FROM dataset_items WHERE dataset_id = @dataset)'
  const match = toMatch(search)
  const isFound =
    match === null ? 'true' : 'seq IN (SELECT rowid FROM item_search WHERE item_search MATCH @match)'
  const select = db.prepare(
    `SELECT id,
       (SELECT state FROM shown_annotations WHERE item_id = items.id AND annotator = @annotator
        ORDER BY revision DESC LIMIT 1) AS state
     FROM shown_items AS items WHERE rejected IS NOT NULL AND ${inSplit} AND ${inDataset} AND ${isFound} ORDER BY seq`,
  )
  const values = { annotator, share: defaultHeldoutShare, dataset, match }
  return select.all(values) as { id: string; state: Annotation['state'] | null }[]
}
