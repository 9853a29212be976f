/** Where a text has words that the annotator has changed before, here or in earlier edits. */
import type { Correction } from '../../electron/contract/annotate.ts'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { placesOf } from '../../electron/pipeline/label/words.ts'

/** A place in the text at which a correction can be made again. */
export interface Repeat {
  from: number
  to: number
  insert: string
  correction: Correction
}

/** More would only be noise. */
const maxRepeats = 50
/** A shorter word that was changed once in this text means something else elsewhere. */
const minCharacters = 4
const maxCharacters = 80

/** What was changed in this text already; once is enough, since it is the same text. */
export function correctionsHere(
  rejected: string,
  edited: string,
  changes: readonly TextHunk[],
): Correction[] {
  const corrections = new Map<string, Correction>()
  for (const { rejectedStart, rejectedEnd, editedStart, editedEnd } of changes) {
    const from = rejected.slice(rejectedStart, rejectedEnd).trim()
    const to = edited.slice(editedStart, editedEnd).trim()
    if (from.length < minCharacters || from.length > maxCharacters) continue
    const before = corrections.get(from)
    if (before === undefined) corrections.set(from, { from, to, times: 1 })
    else if (before.to !== to) before.times = 0
    else if (before.times > 0) before.times++
  }
  return [...corrections.values()].filter(({ times }) => times > 0)
}

/** @param changes of the text: what is in one of them is the annotator's own and left alone */
export function findRepeats(
  text: string,
  changes: readonly TextHunk[],
  corrections: readonly Correction[],
): Repeat[] {
  const repeats = corrections.flatMap((correction) =>
    [...placesOf(text, correction.from)].map((from) => repeatAt(text, from, correction)),
  )
  const isFree = ({ from, to }: Repeat) =>
    !changes.some(({ editedStart, editedEnd }) => editedStart <= to && from <= editedEnd)
  const sorted = repeats.filter(isFree).sort((a, b) => a.from - b.from || b.to - a.to)
  return sorted.filter((repeat, i) => i === 0 || repeat.from >= sorted[i - 1]!.to).slice(0, maxRepeats)
}

/** Removed words take one space with them. */
function repeatAt(text: string, start: number, correction: Correction): Repeat {
  const { from: words, to: insert } = correction
  const end = start + words.length
  if (insert !== '') return { from: start, to: end, insert, correction }
  if (text[end] === ' ' && (start === 0 || /\s/.test(text[start - 1]!)))
    return { from: start, to: end + 1, insert, correction }
  return { from: text[start - 1] === ' ' ? start - 1 : start, to: end, insert, correction }
}

/** `You changed “utilise” to “use” 3 times before.` */
export function sentenceOfRepeat({ from, to, times }: Correction): string {
  const what = to === '' ? `removed “${from}”` : `changed “${from}” to “${to}”`
  return `You ${what} ${times === 1 ? 'here' : `${times} times before`}.`
}
