/**
 * Byte-pair encoding of one word on token ids: the pair of neighbours with the lowest rank is joined first, the
 * leftmost of equals. Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.
 * Typed arrays throughout: a vocabulary of 262,000 tokens has about 500,000 merges.
 */

/** One stretch of a word: the id of its token, or null if it is a character without one. */
export interface WordPiece {
  id: number | null
  text: string
}

/** Words that are kept with their pieces; longer ones are not worth it. */
const maxCachedWords = 10_000
const maxCachedLength = 256

/** A rank and a position in one number, so that the heap's order is by rank, then by position. */
const positions = 2 ** 32

export interface BpeModel {
  ids: ReadonlyMap<string, number>
  merges: MergeTable
}

/** Returns the function that splits a word. */
export function makeBpe(model: BpeModel): (word: string) => readonly WordPiece[] {
  const cache = new Map<string, readonly WordPiece[]>()
  return (word) => {
    const cached = cache.get(word)
    if (cached) return cached
    const pieces = splitWord(model, word)
    if (word.length < maxCachedLength) {
      if (cache.size >= maxCachedWords) cache.clear()
      cache.set(word, pieces)
    }
    return pieces
  }
}

const noToken = -1

/** A word as a linked list of symbols. A symbol that was joined to the one before it has the length 0. */
interface Symbols {
  ids: Int32Array
  /** First UTF-16 unit of each in the word. */
  starts: Int32Array
  /** In UTF-16 units. */
  lengths: Int32Array
  before: Int32Array
  after: Int32Array
}

function splitWord({ ids, merges }: BpeModel, word: string): WordPiece[] {
  const characters = Array.from(word)
  const symbols = makeSymbols(characters, ids)
  const heap = new MinHeap()
  const push = (at: number) => {
    const next = at < 0 ? -1 : symbols.after[at]!
    if (next < 0) return
    const rank = merges.rankOf(symbols.ids[at]!, symbols.ids[next]!)
    if (rank !== undefined) heap.push(rank * positions + at)
  }
  for (let i = 0; i < characters.length - 1; i++) push(i)
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top % positions
    const rank = Math.floor(top / positions)
    const next = symbols.after[at]!
    if (symbols.lengths[at] === 0 || next < 0) continue
    const joined = merges.joined(rank)
    const now = merges.rankOf(symbols.ids[at]!, symbols.ids[next]!)
    // The pair may have changed since it was pushed; the library only asks that it still becomes the same token.
    if (now === undefined || merges.joined(now) !== joined) continue
    join(symbols, at, next, joined)
    push(symbols.before[at]!)
    push(at)
  }
  return readPieces(symbols, word)
}

function makeSymbols(characters: readonly string[], ids: ReadonlyMap<string, number>): Symbols {
  const size = characters.length
  const make = () => new Int32Array(size)
  const symbols = { ids: make(), starts: make(), lengths: make(), before: make(), after: make() }
  let start = 0
  for (const [i, character] of characters.entries()) {
    symbols.ids[i] = ids.get(character) ?? noToken
    symbols.starts[i] = start
    symbols.lengths[i] = character.length
    symbols.before[i] = i - 1
    symbols.after[i] = i + 1 < size ? i + 1 : -1
    start += character.length
  }
  return symbols
}

function join({ ids, lengths, before, after }: Symbols, at: number, next: number, id: number): void {
  ids[at] = id
  lengths[at]! += lengths[next]!
  lengths[next] = 0
  after[at] = after[next]!
  if (after[next]! >= 0) before[after[next]!] = at
}

function readPieces({ ids, starts, lengths, after }: Symbols, word: string): WordPiece[] {
  const pieces: WordPiece[] = []
  for (let i = ids.length > 0 ? 0 : -1; i >= 0; i = after[i]!) {
    const text = word.slice(starts[i]!, starts[i]! + lengths[i]!)
    pieces.push({ id: ids[i] === noToken ? null : ids[i]!, text })
  }
  return pieces
}

/** Ranks of pairs of ids: a hash table with open addressing. Of equal pairs the last one counts. */
export class MergeTable {
  readonly #mask: number
  readonly #lefts: Int32Array
  readonly #rights: Int32Array
  readonly #ranks: Int32Array
  readonly #joined: Int32Array

  /** @param maxRank ranks are below it */
  constructor(maxRank: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * maxRank + 2))
    this.#mask = slots - 1
    this.#lefts = new Int32Array(slots).fill(noToken)
    this.#rights = new Int32Array(slots)
    this.#ranks = new Int32Array(slots)
    this.#joined = new Int32Array(maxRank)
  }

  set(left: number, right: number, rank: number, joined: number): void {
    const slot = this.#slotOf(left, right)
    this.#lefts[slot] = left
    this.#rights[slot] = right
    this.#ranks[slot] = rank
    this.#joined[rank] = joined
  }

  rankOf(left: number, right: number): number | undefined {
    if (left < 0 || right < 0) return undefined
    const slot = this.#slotOf(left, right)
    return this.#lefts[slot] === noToken ? undefined : this.#ranks[slot]
  }

  /** The id of the token that the pair of this rank becomes. */
  joined(rank: number): number {
    return this.#joined[rank]!
  }

  /** The pair's slot, or the free one where it belongs. */
  #slotOf(left: number, right: number): number {
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    let slot = (mixed ^ (mixed >>> 15)) & this.#mask
    while (this.#lefts[slot] !== noToken && (this.#lefts[slot] !== left || this.#rights[slot] !== right))
      slot = (slot + 1) & this.#mask
    return slot
  }
}

class MinHeap {
  readonly #values: number[] = []

  push(value: number): void {
    const values = this.#values
    let at = values.length
    values.push(value)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (values[parent]! <= value) break
      values[at] = values[parent]!
      at = parent
    }
    values[at] = value
  }

  pop(): number | undefined {
    const values = this.#values
    const top = values[0]
    const last = values.pop()
    if (last === undefined || values.length === 0) return top
    let at = 0
    for (let child = 1; child < values.length; child = 2 * at + 1) {
      if (child + 1 < values.length && values[child + 1]! < values[child]!) child++
      if (values[child]! >= last) break
      values[at] = values[child]!
      at = child
    }
    values[at] = last
    return top
  }
}
