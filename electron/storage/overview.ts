/** Counts of what a project contains, from what is kept for them: the texts are not looked at. */
import type { Db } from './database.ts'
import { defaultHeldoutShare } from './split.ts'

export function countWork(db: Db) {
  const items = db
    .prepare(
      `SELECT count(*) AS items, coalesce(sum(editable), 0) AS editable,
         coalesce(sum(split_point < ?), 0) AS heldout FROM shown_facts`,
    )
    .get(defaultHeldoutShare) as { items: number; editable: number; heldout: number }
  const states = db.prepare('SELECT state, count(*) FROM shown_states GROUP BY state').raw().all()
  const annotations = { draft: 0, done: 0, skipped: 0, flagged: 0 }
  for (const [state, count] of states as [keyof typeof annotations, number][]) annotations[state] = count
  const datasets = db
    .prepare(
      `SELECT id, name, (SELECT count(*) FROM dataset_items WHERE dataset_id = id) AS items
       FROM shown_datasets ORDER BY name`,
    )
    .all() as { id: string; name: string; items: number }[]
  return { ...items, ...countItemsWorkedOn(db), annotations, datasets, annotators: annotatorsIn(db) }
}

/** In order. Steps from one name to the next: a list of all revisions' names would be long. */
function annotatorsIn(db: Db): string[] {
  const select = db.prepare(
    `WITH RECURSIVE names (name) AS (
       SELECT min(annotator) FROM latest_states
       UNION ALL
       SELECT (SELECT min(annotator) FROM latest_states WHERE annotator > name) FROM names WHERE name IS NOT NULL
     )
     SELECT name FROM names WHERE EXISTS (SELECT 1 FROM shown_states WHERE annotator = name)`,
  )
  return select.pluck().all() as string[]
}

/** Several people may have edited one item: it counts once. */
function countItemsWorkedOn(db: Db): { edited: number; settled: number } {
  const count = db.prepare(
    `SELECT coalesce(sum(isDone), 0) AS edited, count(*) AS settled FROM (
       SELECT max(state = 'done') AS isDone FROM shown_states
       WHERE state IN ('done', 'skipped') GROUP BY item_seq)`,
  )
  return count.get() as { edited: number; settled: number }
}
