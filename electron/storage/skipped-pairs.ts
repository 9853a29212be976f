/** Pairs that a person did not want to judge, in order. */
import { type Db, transact } from './database.ts'
import { now, withSwapped } from './values.ts'

export interface SkippedPair {
  pairId: string
  judge: string
  /** Whether B was shown first. */
  swapped: boolean
  elapsedMs: number
}

/** Stores that a pair was skipped; once this returns it survives a power cut. */
export function addSkippedPair(db: Db, evaluationId: string, { swapped, ...pair }: SkippedPair): void {
  const insert = db.prepare(
    `INSERT INTO skipped_pairs
       (evaluation_id, pair_id, judge, swapped, elapsed_ms, after_judgement, created_at)
     VALUES (@evaluationId, @pairId, @judge, @swapped, @elapsedMs,
       (SELECT coalesce(max(seq), 0) FROM judgements WHERE evaluation_id = @evaluationId), @createdAt)`,
  )
  transact(db, () => insert.run({ ...pair, swapped: swapped ? 1 : 0, evaluationId, createdAt: now() }))
}

/** @returns an evaluation's skipped pairs in the order in which they were skipped */
export function listSkippedPairs(db: Db, evaluationId: string): SkippedPair[] {
  const select = db.prepare(
    `SELECT pair_id AS pairId, judge, swapped, elapsed_ms AS elapsedMs
     FROM skipped_pairs WHERE evaluation_id = ? ORDER BY seq`,
  )
  return withSwapped(select.all(evaluationId))
}

/** Removes an evaluation's newest judgement or skipped pair, whichever is newer. @returns whether there was one */
export function deleteLastAnswer(db: Db, evaluationId: string): boolean {
  const lastJudgement = db.prepare('SELECT max(seq) FROM judgements WHERE evaluation_id = ?').pluck()
  const lastSkip = db.prepare(
    `SELECT seq, after_judgement AS afterJudgement FROM skipped_pairs
     WHERE evaluation_id = ? ORDER BY seq DESC LIMIT 1`,
  )
  return transact(db, () => {
    const judgement = (lastJudgement.get(evaluationId) as number | null) ?? 0
    const skip = lastSkip.get(evaluationId) as { seq: number; afterJudgement: number } | undefined
    const isSkipNewer = skip !== undefined && skip.afterJudgement >= judgement
    const { changes } = isSkipNewer
      ? db.prepare('DELETE FROM skipped_pairs WHERE seq = ?').run(skip.seq)
      : db.prepare('DELETE FROM judgements WHERE seq = ?').run(judgement)
    return changes > 0
  })
}
