/** What is inserted, and where, to put back one removed word of a change without its neighbours. */
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'

export interface Insertion {
  at: number
  insert: string
}

/**
 * The removed words of a change, with the white space between them, in order.
 * @param words start and end of each word in the rejected text
 */
export function partsOf(
  text: string,
  { rejectedStart, rejectedEnd }: TextHunk,
  words: readonly (readonly [number, number])[],
): { text: string; isWord: boolean }[] {
  const parts: { text: string; isWord: boolean }[] = []
  let at = rejectedStart
  for (const [start, end] of words) {
    if (end <= at || start >= rejectedEnd) continue
    const [from, to] = [Math.max(start, at), Math.min(end, rejectedEnd)]
    if (from > at) parts.push({ text: text.slice(at, from), isWord: false })
    parts.push({ text: text.slice(from, to), isWord: true })
    at = to
  }
  if (at < rejectedEnd) parts.push({ text: text.slice(at, rejectedEnd), isWord: false })
  return parts
}

/**
 * The word goes in front of what the change has added. It takes along the white space on the side on which the change
 * has it, so that words stay apart.
 * @param parts see `partsOf`
 * @param index of the word in `parts`
 */
export function putBackWord(
  parts: readonly { text: string; isWord: boolean }[],
  index: number,
  { editedStart, editedEnd }: TextHunk,
): Insertion {
  const word = parts[index]!.text
  const spaceAt = (i: number) => (parts[i] && !parts[i].isWord ? parts[i].text : '')
  const [before, after] = [spaceAt(index - 1), spaceAt(index + 1)]
  const leads = parts[0] !== undefined && !parts[0].isWord && editedStart === editedEnd
  if (leads) return { at: editedStart, insert: before + word }
  const hasSpaces = parts.some(({ isWord }) => !isWord)
  const apart = editedEnd > editedStart && hasSpaces ? ' ' : ''
  return { at: editedStart, insert: word + (after || apart) }
}
