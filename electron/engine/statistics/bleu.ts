/**
 * BLEU in percent (Papineni et al. 2002), equal to sacrebleu's default: words as the WMT script mteval-v13a.pl splits them,
 * n-grams of 1 to 4 words, and for an order without a match the precision 1 / (2^k · n-grams) at the k-th such order
 * ("exp" smoothing: method 3 of Chen and Cherry 2014).
 */
import { withoutTrailingSpace, wordsOf } from './words.ts'

const maxOrder = 4

/** Punctuation becomes separate words, except a period or comma between digits. */
const splitters: [RegExp, string][] = [
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/gu, '$1 $2 '],
]

const entities: [string, string][] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
]

/** Words and punctuation of a text (tokenisation "13a"). */
export function tokens13a(text: string): string[] {
  let line = withoutTrailingSpace(text)
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
  for (const [entity, character] of entities) line = line.replaceAll(entity, character)
  line = ` ${line} `
  for (const [pattern, replacement] of splitters) line = line.replace(pattern, replacement)
  return wordsOf(line)
}

/** N-grams of all orders; no word has a space. */
function gramsOf(tokens: readonly string[]): Map<string, { order: number; count: number }> {
  const grams = new Map<string, { order: number; count: number }>()
  for (let order = 1; order <= maxOrder; order++) {
    for (let start = 0; start + order <= tokens.length; start++) {
      const gram = tokens.slice(start, start + order).join(' ')
      const entry = grams.get(gram)
      if (entry) entry.count++
      else grams.set(gram, { order, count: 1 })
    }
  }
  return grams
}

/** The reference length nearest to the text's; of two equally near the shorter. */
function nearestLength(length: number, references: readonly string[][]): number {
  return references
    .map((words) => words.length)
    .reduce((best, own) => {
      const [near, far] = [Math.abs(own - length), Math.abs(best - length)]
      return near < far || (near === far && own < best) ? own : best
    })
}

/**
 * @returns words of the text, words of the nearest reference, then for each order the n-grams that match (each as often
 * as in the reference that has it most), then for each order all n-grams of the text
 */
export function bleuCounts(text: string, references: readonly string[]): number[] {
  const tokens = tokens13a(text)
  const others = references.map(tokens13a)
  const theirs = others.map(gramsOf)
  const matched = new Array<number>(maxOrder).fill(0)
  const all = new Array<number>(maxOrder).fill(0)
  for (const [gram, { order, count }] of gramsOf(tokens)) {
    all[order - 1]! += count
    matched[order - 1]! += Math.min(count, Math.max(...theirs.map((grams) => grams.get(gram)?.count ?? 0)))
  }
  return [tokens.length, nearestLength(tokens.length, others), ...matched, ...all]
}

/** @param level for a sentence, orders that are longer than the text are left out of the geometric mean */
export function bleuScore(counts: readonly number[], level: 'sentence' | 'corpus'): number {
  const [length = 0, theirs = 0] = counts
  const matched = counts.slice(2, 2 + maxOrder)
  const all = counts.slice(2 + maxOrder)
  if (!matched.some((count) => count > 0)) return 0
  const orders = all.indexOf(0)
  if (orders >= 0 && level === 'corpus') return 0
  const used = orders < 0 ? maxOrder : orders
  let smoothing = 1
  let sum = 0
  for (let i = 0; i < used; i++) {
    if (matched[i] === 0) smoothing *= 2
    sum += Math.log(matched[i] === 0 ? 1 / (smoothing * all[i]!) : matched[i]! / all[i]!)
  }
  const brevity = length < theirs ? Math.exp(1 - theirs / length) : 1
  return 100 * brevity * Math.exp(sum / used)
}
