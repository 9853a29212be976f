/** Counts of what a project contains. */
import type { Db } from './database.ts'
import { defaultHeldoutShare } from './split.ts'

export function countWork(db: Db) {
  const items = db
    .prepare(
      `SELECT count(*) AS items, coalesce(sum(rejected IS NOT NULL), 0) AS editable,
         coalesce(sum(split_point < ?), 0) AS heldout FROM shown_items`,
    )
    .get(defaultHeldoutShare) as { items: number; editable: number; heldout: number }
  const states = db.prepare('SELECT state, count(*) FROM latest_annotations GROUP BY state').raw().all()
  const annotations = { draft: 0, done: 0, skipped: 0, flagged: 0 }
  for (const [state, count] of states as [keyof typeof annotations, number][]) annotations[state] = count
  const datasets = db
    .prepare(
      `SELECT id, name, (SELECT count(*) FROM dataset_items WHERE dataset_id = id) AS items
       FROM shown_datasets ORDER BY name`,
    )
    .all() as { id: string; name: string; items: number }[]
  const annotators = db
    .prepare('SELECT DISTINCT annotator FROM shown_annotations ORDER BY annotator')
    .pluck()
    .all()
  return { ...items, annotations, datasets, annotators: annotators as string[] }
}
