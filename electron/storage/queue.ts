/** What an annotator has before them: items with a rejected response, by the state of their own work. */
import type { Annotation } from '../contract/records.ts'
import type { Db } from './database.ts'
import { HELDOUT_SHARE, type Split } from './split.ts'

export interface QueueFilter {
  split: Split | null
  /** A dataset's id. */
  dataset: string | null
}

/** @returns ids in the order in which the items came, with the annotator's newest state of each */
export function annotatorQueue(
  db: Db,
  annotator: string,
  { split, dataset }: QueueFilter,
): { id: string; state: Annotation['state'] | null }[] {
  const inSplit =
    split === null ? 'true' : split === 'heldout' ? 'split_point < @share' : 'split_point >= @share'
  const inDataset =
    dataset === null ? 'true' : 'id IN (SELECT item_id FROM dataset_items WHERE dataset_id = @dataset)'
  const select = db.prepare(
    `SELECT id,
       (SELECT state FROM annotations WHERE item_id = items.id AND annotator = @annotator
        ORDER BY revision DESC LIMIT 1) AS state
     FROM items WHERE rejected IS NOT NULL AND ${inSplit} AND ${inDataset} ORDER BY seq`,
  )
  const values = { annotator, share: HELDOUT_SHARE, dataset }
  return select.all(values) as { id: string; state: Annotation['state'] | null }[]
}
