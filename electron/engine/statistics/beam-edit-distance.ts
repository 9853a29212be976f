/**
 * Edit distance of words within a beam around the diagonal, with the alignment that the edits give. Ties between edits are
 * decided as in Tercom: keep or substitute, then delete, then insert.
 */
import assert from 'node:assert/strict'

const minBeamWidth = 25

const substitute = 0
const remove = 1
const insert = 2

interface Row {
  costs: Float64Array
  /** Edit that leads to each cell. */
  edits: Uint8Array
}

export interface WordAlignment {
  /** Number of edits. */
  edits: number
  /** For each word of the reference, the index of the text's word that is last before or at it; −1 if there is none. */
  aligned: number[]
  /** Words of the text that are not kept. */
  wrong: boolean[]
  /** Words of the reference that are not matched by an equal word. */
  missed: boolean[]
}

/** Distances of texts with the same number of words to one reference; rows of an equal beginning are computed once. */
export class BeamEditDistance {
  readonly #reference: readonly string[]
  #words: readonly string[] = []
  #rows: Row[] = []

  constructor(reference: readonly string[]) {
    this.#reference = reference
  }

  edits(words: readonly string[]): number {
    this.#fill(words)
    return this.#rows.at(-1)!.costs.at(-1)!
  }

  align(words: readonly string[]): WordAlignment {
    this.#fill(words)
    const aligned = new Array<number>(this.#reference.length).fill(-1)
    const wrong = new Array<boolean>(words.length).fill(true)
    const missed = new Array<boolean>(this.#reference.length).fill(true)
    let i = words.length
    let j = this.#reference.length
    while (i > 0 || j > 0) {
      const edit = this.#rows[i]!.edits[j]!
      if (j > 0 && edit !== remove) aligned[j - 1] = i - 1
      if (edit === substitute && words[i - 1] === this.#reference[j - 1]) {
        wrong[i - 1] = false
        missed[j - 1] = false
      }
      if (edit !== insert) i--
      if (edit !== remove) j--
    }
    return { edits: this.#rows.at(-1)!.costs.at(-1)!, aligned, wrong, missed }
  }

  #fill(words: readonly string[]): void {
    const width = this.#reference.length + 1
    const isSameLength = this.#words.length === words.length && this.#rows.length === words.length + 1
    let same = 0
    while (isSameLength && same < words.length && words[same] === this.#words[same]) same++
    if (!isSameLength)
      this.#rows = [
        { costs: Float64Array.from({ length: width }, (_, j) => j), edits: filled(width, insert) },
      ]
    this.#rows.length = same + 1
    this.#words = [...words]
    for (let i = same + 1; i <= words.length; i++) this.#rows.push(this.#row(i))
  }

  /** Row i of the table: distances of the first i words to each beginning of the reference. */
  #row(i: number): Row {
    const reference = this.#reference
    const words = this.#words
    const ratio = reference.length / words.length
    const beam = minBeamWidth < ratio / 2 ? Math.ceil(ratio / 2 + minBeamWidth) : minBeamWidth
    const diagonal = Math.floor(i * ratio)
    const to = i === words.length ? reference.length + 1 : Math.min(reference.length + 1, diagonal + beam)
    const above = this.#rows[i - 1]!.costs
    const costs = new Float64Array(reference.length + 1).fill(Number.POSITIVE_INFINITY)
    const edits = filled(reference.length + 1, remove)
    for (let j = Math.max(0, diagonal - beam); j < to; j++) {
      const options = [
        j === 0 ? Number.POSITIVE_INFINITY : above[j - 1]! + Number(words[i - 1] !== reference[j - 1]),
        above[j]! + 1,
        j === 0 ? Number.POSITIVE_INFINITY : costs[j - 1]! + 1,
      ]
      const least = Math.min(...options)
      costs[j] = least
      edits[j] = options.indexOf(least)
    }
    assert(costs.some(Number.isFinite), 'The beam must overlap the row above.')
    return { costs, edits }
  }
}

function filled(length: number, edit: number): Uint8Array {
  return new Uint8Array(length).fill(edit)
}
