/** Judges' replies that could not be read as a verdict, in order. */
import { type Db, transact } from './database.ts'
import { now, text, withSwapped } from './values.ts'

export interface UnreadReply {
  pairId: string
  judge: string
  /** Whether B was shown first. */
  swapped: boolean
  rawReply: string
}

/** Stores replies; once this returns they survive a power cut. */
export function addUnreadReplies(db: Db, evaluationId: string, replies: readonly UnreadReply[]): void {
  const insert = db.prepare(
    `INSERT INTO unread_replies (evaluation_id, pair_id, judge, swapped, raw_reply, created_at)
     VALUES (@evaluationId, @pairId, @judge, @swapped, @rawReply, @createdAt)`,
  )
  transact(db, () => {
    for (const { rawReply, swapped, ...reply } of replies) {
      const stored = { swapped: swapped ? 1 : 0, rawReply: text(rawReply, "The judge's reply") }
      insert.run({ ...reply, ...stored, evaluationId, createdAt: now() })
    }
  })
}

export function listUnreadReplies(db: Db, evaluationId: string): UnreadReply[] {
  const select = db.prepare(
    `SELECT pair_id AS pairId, judge, swapped, raw_reply AS rawReply
     FROM unread_replies WHERE evaluation_id = ? ORDER BY seq`,
  )
  return withSwapped(select.all(evaluationId))
}
