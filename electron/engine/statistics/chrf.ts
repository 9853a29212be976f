/**
 * chrF2: how much of a text's characters agree with a reference text, in percent (Popović 2015, "chrF: character n-gram
 * F-score"). Equal to sacrebleu's default: n-grams of 1 to 6 characters without white space, recall weighted by beta = 2.
 */
import { wordsOf } from './words.ts'

const maxOrder = 6
/** Recall counts this many times as much as precision. */
const beta = 2

type Counts = Map<string, number>

/** N-grams of characters (code points), by order. */
function characterGrams(text: string): Counts[] {
  const characters = Array.from(wordsOf(text).join(''))
  return Array.from({ length: maxOrder }, (_, i) => {
    const counts: Counts = new Map()
    for (let start = 0; start + i < characters.length; start++) {
      const gram = characters.slice(start, start + i + 1).join('')
      counts.set(gram, (counts.get(gram) ?? 0) + 1)
    }
    return counts
  })
}

function total(counts: Counts): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** For each order: n-grams of the text, of the reference, and of both. An order that the reference lacks counts nothing. */
function matches(own: readonly Counts[], theirs: readonly Counts[]): number[] {
  return own.flatMap((counts, i) => {
    const others = theirs[i]!
    let shared = 0
    for (const [gram, count] of counts) shared += Math.min(count, others.get(gram) ?? 0)
    return [others.size === 0 ? 0 : total(counts), total(others), shared]
  })
}

/** The counts against the reference text that agrees best. @returns 3 numbers per order */
export function chrfCounts(text: string, references: readonly string[]): number[] {
  const own = characterGrams(text)
  let best: number[] = []
  let bestScore = -1
  for (const reference of references) {
    const counts = matches(own, characterGrams(reference))
    const score = chrfScore(counts)
    if (score > bestScore) [best, bestScore] = [counts, score]
  }
  return best
}

/** F-score of the mean precision and the mean recall over the orders that both texts have. */
export function chrfScore(counts: readonly number[]): number {
  let [precision, recall, orders] = [0, 0, 0]
  for (let i = 0; i < counts.length; i += 3) {
    const [own, theirs, shared] = [counts[i]!, counts[i + 1]!, counts[i + 2]!]
    if (own === 0 || theirs === 0) continue
    precision += shared / own
    recall += shared / theirs
    orders++
  }
  if (precision + recall === 0) return 0
  const [p, r] = [precision / orders, recall / orders]
  return (100 * (1 + beta ** 2) * p * r) / (beta ** 2 * p + r)
}
