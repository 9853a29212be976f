/** The words that an edit kept, deleted and inserted, in reading order. */
import type { Encoding } from '../../electron/engine/tokenizer/encoding.ts'
import { align } from '../../electron/pipeline/label/align.ts'
import { encodeWords } from '../../electron/pipeline/label/words.ts'

export interface DiffPart {
  kind: 'kept' | 'removed' | 'added'
  text: string
}

/**
 * @returns the parts of `after` in order, with deleted parts in their place; kept and added parts join to exactly `after`
 * @throws UserError if the texts are too long to align
 */
export function diffParts(before: string, after: string): DiffPart[] {
  const [old, now] = encodeWords(before, after) as [Encoding, Encoding]
  const parts: DiffPart[] = []
  let end = 0
  for (const hunk of align(old.ids, now.ids).hunks) {
    const start = now.offsets[hunk.editedStart]?.[0] ?? after.length
    parts.push({ kind: 'kept', text: after.slice(end, start) })
    end = hunk.editedEnd > hunk.editedStart ? now.offsets[hunk.editedEnd - 1]![1] : start
    parts.push({ kind: 'removed', text: slice(before, old, hunk.rejectedStart, hunk.rejectedEnd) })
    parts.push({ kind: 'added', text: after.slice(start, end) })
  }
  parts.push({ kind: 'kept', text: after.slice(end) })
  return spaced(parts.filter(({ text }) => text !== ''))
}

function slice(text: string, { offsets }: Encoding, from: number, to: number): string {
  return to > from ? text.slice(offsets[from]![0], offsets[to - 1]![1]) : ''
}

/** Adds spaces around deleted words, so that they do not touch their neighbours. */
function spaced(parts: DiffPart[]): DiffPart[] {
  return parts.map((part, i) => {
    if (part.kind !== 'removed') return part
    const [before, after] = [parts[i - 1], parts[i + 1]]
    const left = before && !/\s$/.test(before.text) ? ' ' : ''
    const right = after && !/^\s/.test(after.text) ? ' ' : ''
    return { ...part, text: left + part.text + right }
  })
}
