/** Items of an annotator's queue in a line each: the prompt's and response's beginning, the state, and what a finished edit has cost. */
import type { annotate, QueueRow } from '../../contract/annotate.ts'
import type { InputOf } from '../../contract/verbs.ts'
import { minimality } from '../../pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import { type Db, finishedBy, getItem, itemNote, latestAnnotation } from '../../storage/index.ts'

/** A row shows this many characters of the prompt, the response and the note. */
const maxCharacters = 160
/** Longer texts are not compared: the queue must not wait for them. */
const maxCompared = 20_000

/** Ids that the project does not have are left out. */
export function queueRows(
  db: Db,
  { annotator, ids }: Pick<InputOf<typeof annotate.queueRows>, 'annotator' | 'ids'>,
): QueueRow[] {
  return ids.flatMap((id) => {
    const item = getItem(db, id)
    if (item === null) return []
    const work = latestAnnotation(db, id, annotator)
    return [
      {
        id,
        prompt: item.prompt.at(-1)!.content.slice(0, maxCharacters),
        response: (item.rejected ?? '').slice(0, maxCharacters),
        state: work?.state ?? null,
        edit: work?.state === 'done' ? costOf(item.rejected ?? '', work.edited) : null,
        note: itemNote(db, id, annotator).slice(0, maxCharacters),
        editedBy: finishedBy(db, id).filter((name) => name !== annotator),
      },
    ]
  })
}

function costOf(rejected: string, edited: string): QueueRow['edit'] {
  if (rejected.length + edited.length > maxCompared) return null
  const [before, after] = encodeWords(rejected, edited)
  const { hunkCount, editRatio } = minimality(labelEncodings(before!, after!))
  return { changes: hunkCount, ratio: editRatio }
}
