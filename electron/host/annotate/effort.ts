/** What each item has cost each person: active time, changes in the editor, and how much change was needed. */
import { setImmediate } from 'node:timers/promises'
import { type Effort, longPauseMs } from '../../contract/annotate.ts'
import type { Message, TokenLabels } from '../../contract/records.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import { type Db, iterateRecordedWork, type RecordedWork } from '../../storage/index.ts'

const maxPromptCharacters = 160
/** Longer texts are not compared: others are waiting for the host. */
const maxCompared = 20_000
/** Measured before other work gets a turn. */
const perTurn = 20

export async function effortOf(db: Db): Promise<Effort[]> {
  const efforts: Effort[] = []
  for (const work of iterateRecordedWork(db)) {
    efforts.push(measure(work))
    if (efforts.length % perTurn === 0) await setImmediate()
  }
  return efforts
}

function measure(work: RecordedWork): Effort {
  const { itemId, annotator, state, rejected, edited, elapsedMs, operations, createdAt, shown } = work
  const prompt = (JSON.parse(work.prompt) as Message[]).at(-1)!.content
  const at = [0, ...operations.map((operation) => operation.elapsedMs)]
  return {
    id: itemId,
    prompt: prompt.slice(0, maxPromptCharacters),
    annotator,
    state,
    activeSeconds: elapsedMs / 1000,
    steps: operations.length,
    characters: operations.reduce((sum, { removed, inserted }) => sum + removed.length + inserted.length, 0),
    needed: charactersNeeded(rejected, edited),
    longPauses: at.filter((ms, i) => i > 0 && ms - at[i - 1]! >= longPauseMs).length,
    savedAt: createdAt,
    shown,
  }
}

/** Characters of the words that differ in the end; null if the texts are too long to compare. */
function charactersNeeded(rejected: string, edited: string): number | null {
  if (rejected.length + edited.length > maxCompared) return null
  const [before, after] = encodeWords(rejected, edited)
  const labels = labelEncodings(before!, after!)
  return changedCharacters(labels.rejected) + changedCharacters(labels.edited)
}

function changedCharacters({ labels, offsets }: Pick<TokenLabels, 'labels' | 'offsets'>): number {
  return offsets.reduce((sum, [start, end], i) => sum + (labels[i] === 0 ? 0 : end - start), 0)
}
