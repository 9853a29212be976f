/** Verdicts in the order in which they were given. */
import type { Judgement } from '../contract/records.ts'
import { type Db, transact } from './database.ts'
import { now, text, withSwapped } from './values.ts'

/** Stores verdicts; once this returns they survive a power cut. */
export function addJudgements(db: Db, evaluationId: string, judgements: Judgement[]): void {
  const insert = db.prepare(
    `INSERT INTO judgements
       (evaluation_id, pair_id, judge, swapped, preference, elapsed_ms, raw_reply, reason, created_at)
     VALUES (@evaluationId, @pairId, @judge, @swapped, @preference, @elapsedMs, @rawReply, @reason, @createdAt)`,
  )
  transact(db, () => {
    for (const judgement of judgements) {
      const { swapped, rawReply, reason = '' } = judgement
      const stored = {
        swapped: swapped ? 1 : 0,
        rawReply: text(rawReply, "The judge's reply"),
        reason: text(reason, 'The reason'),
      }
      insert.run({ ...judgement, ...stored, evaluationId, createdAt: now() })
    }
  })
}

/** @returns an evaluation's verdicts in the order in which they came */
export function listJudgements(db: Db, evaluationId: string): Judgement[] {
  const select = db.prepare(
    `SELECT pair_id AS pairId, judge, swapped, preference, elapsed_ms AS elapsedMs, raw_reply AS rawReply, reason
     FROM judgements WHERE evaluation_id = ? ORDER BY seq`,
  )
  const rows = withSwapped<Judgement & { reason: string }>(select.all(evaluationId))
  return rows.map(({ reason, ...judgement }) => (reason === '' ? judgement : { ...judgement, reason }))
}
