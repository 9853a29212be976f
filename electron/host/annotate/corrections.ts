/** What an annotator has changed repeatedly in the newest edits. Each edit is compared once, as long as the host runs. */
import { setImmediate } from 'node:timers/promises'
import type { Correction } from '../../contract/annotate.ts'
import { type Db, type FinishedEdit, newestFinishedEdits } from '../../storage/index.ts'
import { type CorrectedEdit, repeatedCorrections, replacementsOf } from './repeated-corrections.ts'

const maxEdits = 200
/** Longer texts are not compared: others are waiting for the host. */
const maxCompared = 10_000
const maxCorrections = 100
/** Compared before other work gets a turn. */
const perTurn = 10

const compared = new WeakMap<Db, Map<string, CorrectedEdit>>()

export async function correctionsOf(db: Db, { annotator }: { annotator: string }): Promise<Correction[]> {
  const cache = compared.get(db) ?? new Map<string, CorrectedEdit>()
  compared.set(db, cache)
  const edits: CorrectedEdit[] = []
  for (const edit of newestFinishedEdits(db, annotator, maxEdits)) {
    const key = JSON.stringify([annotator, edit.itemId, edit.revision])
    const known = cache.get(key) ?? compare(edit)
    if (!cache.has(key) && edits.length % perTurn === 0) await setImmediate()
    cache.set(key, known)
    edits.push(known)
  }
  return repeatedCorrections(edits, maxCorrections)
}

function compare({ rejected, edited }: FinishedEdit): CorrectedEdit {
  const isLong = rejected.length + edited.length > maxCompared
  return { rejected, replacements: isLong ? [] : replacementsOf(rejected, edited) }
}
