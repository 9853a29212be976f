/** A run whose judge compares with texts of the items: its held-out rows carry them, so that a later edit changes nothing. */
import type { Hooks } from '../../contract/events.ts'
import { type JudgeSpec, textsComparedBy } from '../../contract/judge-kinds.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { Db } from '../../storage/index.ts'
import { comparable, textsOf } from '../judge/reference-texts.ts'

/** The rows as they are if the judge needs no texts. */
export function withJudgedTexts(db: Db, judge: JudgeSpec | null, rows: RunInputRow[]): RunInputRow[] {
  const texts = judge === null ? null : textsComparedBy(judge)
  if (texts === null) return rows
  const all = textsOf(db, texts)
  return rows.map((row) => (row.split === 'heldout' ? { ...row, references: all(row.item) } : row))
}

/** Says which held-out items the judge cannot judge. @throws UserError if it can judge none */
export function noteUnjudged(judge: JudgeSpec, rows: readonly RunInputRow[], { emit }: Hooks): void {
  const texts = textsComparedBy(judge)
  const heldout = rows.flatMap(({ item, references }) => (references ? [{ id: item.id, references }] : []))
  if (texts === null || heldout.length === 0) return
  const { note } = comparable(heldout, texts, ({ references }) => references.length > 0)
  if (note !== null) emit({ type: 'note', sentence: note })
}
