/** How far deletion labels agree with the error spans that people marked, counted in words. */
import type { ErrorSpan, TokenLabels } from '../../contract/records.ts'
import { encodeWords } from './words.ts'

/** Words of rejected responses: marked by both, by the labels alone, by people alone. */
export interface WordCounts {
  both: number
  labelsOnly: number
  spansOnly: number
}

export interface SpanAgreement {
  /** Share of the labels' words that people marked too; 1 if there are none. */
  precision: number
  /** Share of the people's words that the labels mark too; 1 if there are none. */
  recall: number
  /** Harmonic mean of the two. */
  f1: number
}

/**
 * Counts the words of one rejected response. A word counts as marked if a deleted token, or an error span, shares a
 * character with it.
 */
export function countSpanWords(
  rejected: string,
  labels: Pick<TokenLabels, 'labels' | 'offsets'>,
  errorSpans: readonly ErrorSpan[],
): WordCounts {
  const deleted = mark(
    rejected.length,
    labels.offsets.filter((_, i) => labels.labels[i] === -1),
  )
  const wrong = mark(
    rejected.length,
    errorSpans.map(({ start, end }) => [start, end]),
  )
  const counts = { both: 0, labelsOnly: 0, spansOnly: 0 }
  for (const [start, end] of encodeWords(rejected)[0]!.offsets) {
    const isDeleted = deleted.subarray(start, end).includes(1)
    const isWrong = wrong.subarray(start, end).includes(1)
    if (isDeleted && isWrong) counts.both++
    else if (isDeleted) counts.labelsOnly++
    else if (isWrong) counts.spansOnly++
  }
  return counts
}

/** A 1 for every character in one of the spans. */
function mark(length: number, spans: readonly (readonly [start: number, end: number])[]): Uint8Array {
  const marked = new Uint8Array(length)
  for (const [start, end] of spans) marked.fill(1, start, end)
  return marked
}

/** Precision, recall and F1 over all words of all responses together. */
export function spanAgreement(counts: readonly WordCounts[]): SpanAgreement {
  const sum = (key: keyof WordCounts) => counts.reduce((total, count) => total + count[key], 0)
  const both = sum('both')
  const share = (others: number) => (both + others === 0 ? 1 : both / (both + others))
  const precision = share(sum('labelsOnly'))
  const recall = share(sum('spansOnly'))
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { precision, recall, f1 }
}
