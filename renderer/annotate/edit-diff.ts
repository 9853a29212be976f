/** An edit as the editor draws it: which words or tokens changed, and how minimal the change is. */
import type { Tokenization } from '../../electron/contract/annotate.ts'
import type { PairLabels, TokenLabels } from '../../electron/contract/records.ts'
import type { Encoding } from '../../electron/engine/tokenizer/encoding.ts'
import {
  type Minimality,
  minimality,
  type TextHunk,
  textHunks,
} from '../../electron/pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../electron/pipeline/label/label-encodings.ts'
import { encodeWords } from '../../electron/pipeline/label/words.ts'

/** A change, and how many words or tokens it removes and adds. White space alone counts as none. */
export interface Change extends TextHunk {
  removed: number
  added: number
}

export interface EditDiff {
  /** In order; between them both texts are equal. */
  hunks: Change[]
  minimality: Minimality
  counts: { kept: number; removed: number; added: number }
  /** The response in miniature, see `stripOf`. */
  strip: string
}

/**
 * @param encodings of both texts; words if omitted
 * @throws UserError if the texts are too long to align
 */
export function diffEdit(
  rejected: string,
  edited: string,
  encodings?: readonly [Encoding, Encoding],
): EditDiff {
  const isInWords = encodings === undefined
  const [before, after] = encodings ?? (encodeWords(rejected, edited) as [Encoding, Encoding])
  const labels = labelEncodings(before, after)
  const hunks = textHunks(labels, rejected, edited)
    .map((hunk) => ({
      ...hunk,
      removed: changedWithin(labels.rejected, hunk.rejectedStart, hunk.rejectedEnd),
      added: changedWithin(labels.edited, hunk.editedStart, hunk.editedEnd),
    }))
    .flatMap((change) => tighten(change, [rejected, edited], isInWords))
  const removed = changed(labels.rejected)
  const kept = labels.rejected.labels.length - removed
  const counts = { kept, removed, added: changed(labels.edited) }
  return { hunks, minimality: minimality(labels), counts, strip: stripOf(labels) }
}

type Side = Pick<TokenLabels, 'labels' | 'offsets'>

function changed({ labels }: Side): number {
  return labels.filter((label) => label !== 0).length
}

/** How many changed tokens overlap a stretch of characters. */
function changedWithin({ labels, offsets }: Side, start: number, end: number): number {
  let count = 0
  for (let i = firstEndingAfter(offsets, start); i < offsets.length && offsets[i]![0] < end; i++)
    if (labels[i] !== 0) count++
  return count
}

function firstEndingAfter(offsets: Side['offsets'], at: number): number {
  let [low, high] = [0, offsets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (offsets[middle]![1] > at) high = middle
    else low = middle + 1
  }
  return low
}

/** Longer texts have one sign for 2, 4, … words. */
const maxSigns = 240

/**
 * A `.` for each word that is kept, an `x` for each that is removed, a `v` where words are added. In a long text a
 * sign stands for several, but every change has at least one.
 */
export function stripOf({ rejected, edited }: Pick<PairLabels, 'rejected' | 'edited'>): string {
  let perSign = 1
  while (rejected.labels.length > maxSigns * perSign) perSign *= 2
  const added = addedAfterKept(edited.labels)
  let signs = ''
  let [keptSoFar, kept, removed] = [0, 0, 0]
  const close = (insertsWords: boolean) => {
    signs += '.'.repeat(Math.ceil(kept / perSign)) + 'x'.repeat(Math.ceil(removed / perSign))
    if (insertsWords) signs += 'v'
    kept = removed = 0
  }
  for (const label of rejected.labels) {
    if (label !== 0) removed++
    else {
      if (removed > 0 || added.has(keptSoFar)) close(added.has(keptSoFar))
      kept++
      keptSoFar++
    }
  }
  close(added.has(keptSoFar))
  return signs
}

/** After how many kept tokens something is added. */
function addedAfterKept(labels: readonly number[]): Set<number> {
  const places = new Set<number>()
  let kept = 0
  for (const label of labels) {
    if (label === 0) kept++
    else places.add(kept)
  }
  return places
}

export function encodingOf({ ids, spans }: Tokenization): Encoding {
  return { ids, offsets: ids.map((_, i) => [spans[2 * i]!, spans[2 * i + 1]!]) }
}

/** Characters of words, which are dropped from a change only as whole words. */
const wordCharacter = /[\p{L}\p{M}\p{N}'’_-]/u
const space = /\s/

/**
 * Drops what both sides of a change begin or end with. Between words that is white space; a word with punctuation on
 * one side only (`back at last.` became `back.`) is taken apart, so that only what differs is left.
 * @returns nothing if no change is left
 */
function tighten(change: Change, [rejected, edited]: readonly [string, string], byWords: boolean): Change[] {
  let { rejectedStart, rejectedEnd, editedStart, editedEnd } = change
  for (;;) {
    const unit = unitAfter(rejected, rejectedStart, rejectedEnd, byWords)
    if (unit === '' || unit !== unitAfter(edited, editedStart, editedEnd, byWords)) break
    rejectedStart += unit.length
    editedStart += unit.length
  }
  for (;;) {
    const unit = unitBefore(rejected, rejectedStart, rejectedEnd, byWords)
    if (unit === '' || unit !== unitBefore(edited, editedStart, editedEnd, byWords)) break
    rejectedEnd -= unit.length
    editedEnd -= unit.length
  }
  if (rejectedStart === rejectedEnd && editedStart === editedEnd) return []
  return [{ ...change, rejectedStart, rejectedEnd, editedStart, editedEnd }]
}

/** The character of white space or, by words, the word or the sign with which a stretch begins; empty if none. */
function unitAfter(text: string, start: number, end: number, byWords: boolean): string {
  if (start >= end) return ''
  if (!byWords) return space.test(text[start]!) ? text[start]! : ''
  let at = start
  while (at < end && wordCharacter.test(text[at]!)) at++
  return text.slice(start, Math.max(at, start + (text.codePointAt(start)! > 0xffff ? 2 : 1)))
}

function unitBefore(text: string, start: number, end: number, byWords: boolean): string {
  if (start >= end) return ''
  if (!byWords) return space.test(text[end - 1]!) ? text[end - 1]! : ''
  let at = end
  while (at > start && wordCharacter.test(text[at - 1]!)) at--
  const isPair = end - start > 1 && text.codePointAt(end - 2)! > 0xffff
  return text.slice(Math.min(at, end - (isPair ? 2 : 1)), end)
}
