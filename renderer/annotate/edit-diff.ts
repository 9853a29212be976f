/** An edit as the editor draws it: where the text changed, by words or tokens, and how minimal the change is. */
import type { TokenCut } from '../../electron/contract/annotate.ts'
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
  /** In order. Between them both texts are equal. */
  hunks: TextHunk[]
  minimality: Minimality
}

/**
 * @param cut both texts as they are cut; into words where absent
 * @throws UserError where the texts are too long to align
 */
export function diffEdit(
  rejected: string,
  edited: string,
  cut: readonly [Encoding, Encoding] = encodeWords(rejected, edited) as [Encoding, Encoding],
): EditDiff {
  const [before, after] = cut
  const labels = labelEncodings(before, after)
  const hunks = textHunks(labels, rejected, edited).flatMap((hunk) => tighten(hunk, rejected, edited))
  return { hunks, minimality: minimality(labels) }
}

export function encodingOf({ ids, spans }: TokenCut): Encoding {
  return { ids, offsets: ids.map((_, i) => [spans[2 * i]!, spans[2 * i + 1]!]) }
}

/** White space that both sides begin or end with is no part of a change; a change of nothing is none. */
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
