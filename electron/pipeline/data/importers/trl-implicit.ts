/**
 * TRL's preferences with an implicit prompt: two texts and nothing else that could be the prompt, so that the prompt is
 * what both begin with (TRL, "Dataset formats and types", and `extract_prompt`).
 */

import { originOf } from '../answers.ts'
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readText,
  requireDifference,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { findPromptKey } from '../request.ts'
import { isTranscript } from '../transcript.ts'

export const trlImplicitImporter: Importer = {
  name: 'trl-implicit',
  rows: 'TRL preferences (chosen, rejected) without a prompt',
  reading: 'There is no prompt: what both texts begin with is taken as the prompt, as in TRL.',
  recognises: (row) => isImplicitPair(row),
  parse,
}

/** Keys that hold no prompt. */
const otherKeys = new Set(['chosen', 'rejected', 'id', 'source'])

/** Another text could be the prompt under another name, and such a row says more than TRL's form has. */
export function isImplicitPair(row: RawObject): boolean {
  if (!has(row, 'chosen', 'rejected') || findPromptKey(row) !== null) return false
  if (typeof row.chosen !== 'string' || typeof row.rejected !== 'string') return false
  if (isTranscript(row.chosen) && isTranscript(row.rejected)) return false
  return Object.entries(row).every(
    ([key, value]) =>
      otherKeys.has(key) ||
      (typeof value !== 'object' && typeof value !== 'string') ||
      value === null ||
      value === '',
  )
}

function parse(row: RawObject): ParsedRow {
  const [whole, other] = [readText(row, 'chosen'), readText(row, 'rejected')]
  requireDifference(whole, other)
  const cut = promptLength(whole, other)
  const pair = { chosen: whole.slice(cut), rejected: other.slice(cut) }
  const prompt = [{ role: 'user' as const, content: whole.slice(0, cut) }]
  return {
    item: makeItem({ ...originOf(row, 'trl', ['chosen', 'rejected']), prompt, ...pair }),
    annotations: [],
  }
}

/** Characters that both begin with, whole words; a space in between belongs to the responses. */
function promptLength(chosen: string, rejected: string): number {
  let shared = 0
  while (shared < Math.min(chosen.length, rejected.length) && chosen[shared] === rejected[shared]) shared++
  let cut = startOfWord(chosen, rejected, shared)
  if (chosen[cut - 1] === ' ') cut--
  if (cut === 0) throw new RowError('there is no "prompt", and chosen and rejected share no first words')
  return cut
}

/** Longer runs without a space are not words (Chinese has none): there the cut stays between characters. */
const maxWord = 40

/** Moves a cut that would leave one text empty, or split a word or a surrogate pair, to before it. */
function startOfWord(a: string, b: string, shared: number): number {
  const between = [a[shared], b[shared]].every((next) => next !== undefined && /\s/.test(next))
  if (between) return shared
  for (let cut = shared; cut >= Math.max(0, shared - maxWord); cut--) {
    if (cut === 0 || /\s/.test(a[cut - 1]!)) return cut
  }
  return a.slice(0, shared).isWellFormed() ? shared : shared - 1
}
