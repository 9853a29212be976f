/** What the editor shows of an edit: how minimal it is, where it changes the text, and how to undo a single change. */
import type { PairLabels } from '../../contract/records.ts'

/** Labels of both texts, per token or per word. */
type Labels = Pick<PairLabels, 'rejected' | 'edited'>

export interface Minimality {
  /** Share of the rejected response's tokens that are kept; 1 for an empty response. */
  keptShare: number
  /** Levenshtein distance / length of the longer text, in tokens; 0 if both are empty. */
  editRatio: number
  /** Stretches of changed tokens. */
  hunkCount: number
}

/** A change in characters (UTF-16 units, half open): this stretch of the rejected text became that of the edited one. */
export interface TextHunk {
  rejectedStart: number
  rejectedEnd: number
  editedStart: number
  editedEnd: number
}

/** Measures an edit by its labels, without aligning the texts again. */
export function minimality({ rejected, edited }: Labels): Minimality {
  const gaps = changesBetweenKept(rejected.labels, edited.labels)
  const kept = rejected.labels.filter((label) => label === 0).length
  // A hunk costs its longer side: substitutions, then what is left over.
  const distance = gaps.reduce((sum, { removed, added }) => sum + Math.max(removed, added), 0)
  const longest = Math.max(rejected.labels.length, edited.labels.length)
  return {
    keptShare: rejected.labels.length === 0 ? 1 : kept / rejected.labels.length,
    editRatio: longest === 0 ? 0 : distance / longest,
    hunkCount: gaps.filter(({ removed, added }) => removed + added > 0).length,
  }
}

/** Numbers of tokens deleted and inserted before, between and after the kept ones. */
function changesBetweenKept(rejected: readonly number[], edited: readonly number[]) {
  const runs = (labels: readonly number[]) => {
    const lengths = [0]
    for (const label of labels) {
      if (label === 0) lengths.push(0)
      else lengths[lengths.length - 1]!++
    }
    return lengths
  }
  const added = runs(edited)
  return runs(rejected).map((removed, i) => ({ removed, added: added[i]! }))
}

/**
 * The changes in characters. Between them the texts are equal: a kept token whose characters differ in the two
 * texts (part of another character, or a first word without its space) belongs to the change beside it.
 */
export function textHunks(
  { rejected, edited }: Labels,
  rejectedText: string,
  editedText: string,
): TextHunk[] {
  const hunks: TextHunk[] = []
  let rejectedAt = 0
  let editedAt = 0
  const close = (rejectedEnd: number, editedEnd: number) => {
    if (rejectedEnd === rejectedAt && editedEnd === editedAt) return
    hunks.push({ rejectedStart: rejectedAt, rejectedEnd, editedStart: editedAt, editedEnd })
  }
  const editedSpans = edited.offsets.filter((_, i) => edited.labels[i] === 0)
  const rejectedSpans = rejected.offsets.filter((_, i) => rejected.labels[i] === 0)
  for (const [i, [start, end]] of rejectedSpans.entries()) {
    const [toStart, toEnd] = editedSpans[i]!
    if (start < rejectedAt || toStart < editedAt) continue
    if (rejectedText.slice(start, end) !== editedText.slice(toStart, toEnd)) continue
    close(start, toStart)
    rejectedAt = end
    editedAt = toEnd
  }
  close(rejectedText.length, editedText.length)
  return hunks
}

/** The edited text with one change undone. */
export function putBack(rejectedText: string, editedText: string, hunk: TextHunk): string {
  const original = rejectedText.slice(hunk.rejectedStart, hunk.rejectedEnd)
  return editedText.slice(0, hunk.editedStart) + original + editedText.slice(hunk.editedEnd)
}
