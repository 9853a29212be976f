/**
 * The texts of items that a judge compares outputs with: finished edits, or the chosen response. Items without such a text
 * are named, and never judged.
 */
import { UserError } from '../../contract/errors.ts'
import type { ComparedTexts } from '../../contract/judge-kinds.ts'
import type { Item } from '../../contract/records.ts'
import { namedPairs } from '../../pipeline/judge/judges.ts'
import { missingText } from '../../pipeline/judge/reference-judge.ts'
import type { Db } from '../../storage/index.ts'
import { editedPairsOf } from '../data/items.ts'

/** The texts of one item, several if several annotators edited it; empty if it has none. */
export type TextsOf = (item: Item) => string[]

export function textsOf(db: Db, texts: ComparedTexts, datasets: readonly string[] = []): TextsOf {
  const edits = new Map<string, Set<string>>()
  if (texts !== 'chosen') {
    for (const { item, edited } of editedPairsOf(db, { datasets }))
      edits.set(item.id, (edits.get(item.id) ?? new Set()).add(edited))
  }
  return ({ id, chosen }) => {
    const own = [...(edits.get(id) ?? [])]
    if (own.length > 0 || texts === 'edited') return own
    return chosen === null ? [] : [chosen]
  }
}

export interface Comparable<Row> {
  rows: Row[]
  /** Which rows were left out; null if none. */
  note: string | null
}

/**
 * The rows whose items have a text to compare with.
 * @throws UserError if none has
 */
export function comparable<Row extends { id: string }>(
  rows: readonly Row[],
  texts: ComparedTexts,
  has: (row: Row) => boolean,
): Comparable<Row> {
  const without = rows.filter((row) => !has(row)).map(({ id }) => id)
  const left = rows.length - without.length
  if (left === 0) {
    const message = `None of the ${rows.length} held-out items can be judged: every one has ${missingText[texts]}. Finish edits of held-out items or import some, or use another judge.`
    throw new UserError('bad_input', message)
  }
  const note =
    without.length === 0
      ? null
      : `${without.length} of ${rows.length} held-out items have ${missingText[texts]}, so they are not judged: ${namedPairs(without)}.`
  return { rows: rows.filter(has), note }
}
