/** What was recorded while people edited: their newest revisions with the time and the changes behind them. */
import type { Annotation, ShownHelp } from '../contract/records.ts'
import type { Db } from './database.ts'

export interface RecordedWork {
  itemId: string
  /** The prompt's messages, as stored. */
  prompt: string
  annotator: string
  state: Annotation['state']
  rejected: string
  edited: string
  elapsedMs: number
  operations: Annotation['operations']
  createdAt: string
  shown: ShownHelp
}

type StoredWork = Omit<RecordedWork, 'operations' | 'shown'> & { operations: string; shown: string | null }

/** The oldest first. Imported edits have no record, so they are left out. */
export function* iterateRecordedWork(db: Db): Generator<RecordedWork> {
  const select = db.prepare(
    `SELECT seq FROM latest_annotations WHERE elapsed_ms > 0 AND operations <> '[]' ORDER BY created_at, seq`,
  )
  const get = db.prepare(
    `SELECT item_id AS itemId, prompt, annotator, state, rejected, edited, elapsed_ms AS elapsedMs, operations,
       annotations.created_at AS createdAt, shown
     FROM annotations JOIN items ON items.id = item_id
     WHERE annotations.seq = ? AND rejected IS NOT NULL`,
  )
  // One at a time: lists of operations are long, and other statements may run between two of them.
  for (const seq of select.pluck().all() as number[]) {
    const row = get.get(seq) as StoredWork | undefined
    if (row) yield { ...row, operations: JSON.parse(row.operations), shown: JSON.parse(row.shown ?? '{}') }
  }
}
