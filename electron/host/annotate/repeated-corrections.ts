/** What an annotator changes again and again: words that became the same other words in several edits. */
import type { Correction } from '../../contract/annotate.ts'
import { textHunks } from '../../pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords, placesOf } from '../../pipeline/label/words.ts'

/** Words, and what replaced them; empty if they were removed. */
type Replacement = Pick<Correction, 'from' | 'to'>

/** Longer changes are not repeated word by word. */
const maxWords = 6
const maxCharacters = 80

/** The changes of an edit that replace or remove a few whole words, without the punctuation that both sides end with. */
export function replacementsOf(rejected: string, edited: string): Replacement[] {
  const [before, after] = encodeWords(rejected, edited)
  return textHunks(labelEncodings(before!, after!), rejected, edited).flatMap((hunk) => {
    const from = rejected.slice(hunk.rejectedStart, hunk.rejectedEnd).trim()
    const to = edited.slice(hunk.editedStart, hunk.editedEnd).trim()
    return isShort(from) && isShort(to) ? withoutCommonEnd({ from, to }) : []
  })
}

function isShort(text: string): boolean {
  return text.length <= maxCharacters && text.split(/\s+/).length <= maxWords
}

const lastSigns = /[^\p{L}\p{M}\p{N}]+$/u

function withoutCommonEnd({ from, to }: Replacement): Replacement[] {
  const end = lastSigns.exec(from)?.[0] ?? ''
  const isCommon = end !== '' && to.endsWith(end)
  const cut = (text: string) => (isCommon ? text.slice(0, -end.length) : text)
  const [words, others] = [cut(from), cut(to)]
  return /[\p{L}\p{N}]/u.test(words) && words !== others ? [{ from: words, to: others }] : []
}

export interface CorrectedEdit {
  rejected: string
  replacements: readonly Replacement[]
}

/** Fewer are chance. */
const minTimes = 2
/** Words that are more often kept than changed are not wrong as such. */
const minShare = 0.5

/** The most frequent first. */
export function repeatedCorrections(edits: readonly CorrectedEdit[], limit: number): Correction[] {
  const counts = new Map<string, Map<string, number>>()
  for (const { from, to } of edits.flatMap(({ replacements }) => replacements)) {
    const byResult = counts.get(from) ?? new Map<string, number>()
    byResult.set(to, (byResult.get(to) ?? 0) + 1)
    counts.set(from, byResult)
  }
  const repeated = [...counts].flatMap(([from, byResult]) => {
    const [to, times] = [...byResult].reduce((most, each) => (each[1] > most[1] ? each : most))
    return times < minTimes ? [] : [{ from, to, times }]
  })
  return repeated
    .sort((a, b) => b.times - a.times || a.from.localeCompare(b.from, 'en'))
    .slice(0, 4 * limit)
    .filter(({ from, times }) => times >= minShare * occurrences(edits, from))
    .slice(0, limit)
}

function occurrences(edits: readonly CorrectedEdit[], words: string): number {
  return edits.reduce((sum, { rejected }) => sum + [...placesOf(rejected, words)].length, 0)
}
