/** An edit as the editor draws it: which words or tokens changed, and how minimal the change is. */
import type { Tokenization } from '../../electron/contract/annotate.ts'
import type { Encoding } from '../../electron/engine/tokenizer/encoding.ts'
import {
  type Minimality,
  minimality,
  type TextHunk,
  textHunks,
} from '../../electron/pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../electron/pipeline/label/label-encodings.ts'
import { encodeWords } from '../../electron/pipeline/label/words.ts'

export interface EditDiff {
  /** In order; between them both texts are equal. */
  hunks: TextHunk[]
  minimality: Minimality
}

/**
 * @param encodings of both texts; words if omitted
 * @throws UserError if the texts are too long to align
 */
export function diffEdit(
  rejected: string,
  edited: string,
  encodings: readonly [Encoding, Encoding] = encodeWords(rejected, edited) as [Encoding, Encoding],
): EditDiff {
  const [before, after] = encodings
  const labels = labelEncodings(before, after)
  const hunks = textHunks(labels, rejected, edited).flatMap((hunk) => tighten(hunk, rejected, edited))
  return { hunks, minimality: minimality(labels) }
}

export function encodingOf({ ids, spans }: Tokenization): Encoding {
  return { ids, offsets: ids.map((_, i) => [spans[2 * i]!, spans[2 * i + 1]!]) }
}

/** Drops white space that both sides of a change begin or end with. @returns nothing if no change is left */
function tighten(hunk: TextHunk, rejected: string, edited: string): TextHunk[] {
  let { rejectedStart, rejectedEnd, editedStart, editedEnd } = hunk
  const isSpace = (a: string | undefined, b: string | undefined) => a === b && /\s/.test(a ?? '')
  while (
    rejectedStart < rejectedEnd &&
    editedStart < editedEnd &&
    isSpace(rejected[rejectedStart], edited[editedStart])
  ) {
    rejectedStart++
    editedStart++
  }
  while (
    rejectedStart < rejectedEnd &&
    editedStart < editedEnd &&
    isSpace(rejected[rejectedEnd - 1], edited[editedEnd - 1])
  ) {
    rejectedEnd--
    editedEnd--
  }
  if (rejectedStart === rejectedEnd && editedStart === editedEnd) return []
  return [{ rejectedStart, rejectedEnd, editedStart, editedEnd }]
}
