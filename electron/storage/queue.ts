/** An annotator's queue: items with a rejected response, by the state of the annotator's work on each. */
import { type Annotation, AnnotationState } from '../contract/records.ts'
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

export interface Queue {
  /** In the order of import. */
  ids: string[]
  /** Finished items, and all, in whatever state. */
  done: number
  total: number
}

/** @param states of the annotator's newest revision, null for none: the ids are those of items in one of them */
export function annotatorQueue(
  db: Db,
  annotator: string,
  states: readonly (Annotation['state'] | null)[],
  filter: QueueFilter,
): Queue {
  const { where, values } = conditionOf(filter)
  const all = { ...values, annotator }
  const count = (more: string) =>
    db.prepare(`SELECT count(*) FROM shown_facts AS facts ${more}`).pluck().get(all) as number
  const total = count(`WHERE ${where}`)
  const done = count(
    `JOIN shown_states AS states ON states.item_seq = facts.seq
     WHERE states.annotator = @annotator AND states.state = 'done' AND ${where}`,
  )
  // One text and not a row each, which for a million items would take seconds.
  const ids = db
    .prepare(
      `SELECT group_concat(id, ' ') FROM
       (SELECT facts.id FROM shown_facts AS facts WHERE ${where} AND ${inStates(states)} ORDER BY facts.seq)`,
    )
    .pluck()
    .get({ ...all, states: JSON.stringify(states.filter((state) => state !== null)) }) as string | null
  return { ids: ids === null ? [] : ids.split(' '), done, total }
}

/** Names the states that are fewer: items that have not been begun are in none. */
function inStates(states: readonly (Annotation['state'] | null)[]): string {
  const isAnnotated = (condition: string) =>
    `IN (SELECT item_seq FROM shown_states WHERE annotator = @annotator AND ${condition})`
  const isListed = 'state IN (SELECT value FROM json_each(@states))'
  if (!states.includes(null)) return `facts.seq ${isAnnotated(isListed)}`
  const isEvery = AnnotationState.options.every((state) => states.includes(state))
  return isEvery ? 'true' : `facts.seq NOT ${isAnnotated(`NOT ${isListed}`)}`
}

function conditionOf({ split, dataset, search = '' }: QueueFilter) {
  const inSplit =
    split === null
      ? 'true'
      : split === 'heldout'
        ? 'facts.split_point < @share'
        : 'facts.split_point >= @share'
  const inDataset =
    dataset === null
      ? 'true'
      : 'facts.seq IN (SELECT item_seq FROM dataset_items WHERE dataset_id = @dataset)'
  const match = toMatch(search)
  const isFound =
    match === null ? 'true' : 'facts.seq IN (SELECT rowid FROM item_search WHERE item_search MATCH @match)'
  return {
    where: `facts.editable = 1 AND ${inSplit} AND ${inDataset} AND ${isFound}`,
    values: { share: defaultHeldoutShare, dataset, match },
  }
}
