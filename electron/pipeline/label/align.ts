/**
 * Which ids of one sequence are kept in another: an exact Levenshtein alignment. Of the alignments with the least
 * distance it is one with the fewest hunks, and of those the one whose changes come earliest.
 */
import { UserError } from '../../contract/errors.ts'

/** A maximal stretch of change: ids [rejectedStart, rejectedEnd) became ids [editedStart, editedEnd). */
export interface Hunk {
  rejectedStart: number
  rejectedEnd: number
  editedStart: number
  editedEnd: number
}

export interface Alignment {
  /** Levenshtein distance: substitutions, deletions and insertions cost 1 each. */
  distance: number
  /** In order; everything between them is kept. */
  hunks: Hunk[]
}

/** Two texts whose alignment would take too much memory and time. */
export class TooLongToAlign extends UserError {
  constructor(message: string) {
    super('bad_input', message)
  }
}

/** Cells of the table (one byte each) that an alignment may take: about 10,000 tokens on each side. */
const maxCells = 100_000_000

/** Costs are distance · scale + hunks, exact in a float64; there are at most √maxCells + 1 hunks. */
const scale = 16_384

const substitute = 1
const remove = 2
const insert = 3
/** Flags beside a cell's edit: what to do when the step before was a keep, and when it was an edit. */
const editAfterKeep = 4
const editAfterEdit = 8

/**
 * Aligns `rejected` with `edited`. Exchanging the two gives the mirrored hunks.
 * @throws TooLongToAlign if the product of the lengths exceeds 100 million
 */
export function align(rejected: ArrayLike<number>, edited: ArrayLike<number>): Alignment {
  if (!comesFirst(rejected, edited)) return mirror(align(edited, rejected))
  let n = rejected.length
  let m = edited.length
  // An equal end is always kept: moving a change to the left of it costs nothing and makes it earlier.
  while (n > 0 && m > 0 && rejected[n - 1] === edited[m - 1]) {
    n--
    m--
  }
  if (n * m > maxCells) {
    throw new TooLongToAlign(
      `Texts of ${rejected.length} and ${edited.length} tokens are too long to align (their product may be ` +
        `${maxCells.toLocaleString('en')} at most). Split the item into shorter ones.`,
    )
  }
  return toHunks(chooseSteps(rejected, edited, n, m), n, m)
}

/**
 * Whether (a, b) is the order in which the pair is aligned: shorter first, then by the first different id.
 * Ties between an early deletion and an early insertion are thus resolved alike for (a, b) and (b, a).
 */
function comesFirst(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return a.length < b.length
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!
  return true
}

function mirror({ distance, hunks }: Alignment): Alignment {
  return {
    distance,
    hunks: hunks.map((hunk) => ({
      rejectedStart: hunk.editedStart,
      rejectedEnd: hunk.editedEnd,
      editedStart: hunk.rejectedStart,
      editedEnd: hunk.rejectedEnd,
    })),
  }
}

/**
 * Dynamic programming from the end. Cell (i, j) of the (n + 1) × (m + 1) table says how best to align
 * a[i..n) with b[j..m): the first edit in the order substitute, remove, insert that is as good as any, and
 * whether to make it rather than keep, after a keep (where it opens a hunk) and after an edit.
 */
function chooseSteps(a: ArrayLike<number>, b: ArrayLike<number>, n: number, m: number): Uint8Array {
  const width = m + 1
  const steps = new Uint8Array((n + 1) * width)
  // Least costs of the row below and of this one, after a keep and after an edit.
  let belowKeep = new Float64Array(width)
  let belowEdit = new Float64Array(width)
  let hereKeep = new Float64Array(width)
  let hereEdit = new Float64Array(width)
  for (let i = n; i >= 0; i--) {
    for (let j = m; j >= 0; j--) {
      if (i === n && j === m) {
        hereKeep[j] = 0
        hereEdit[j] = 0
        continue
      }
      const same = i < n && j < m && a[i] === b[j]
      let edit = Number.POSITIVE_INFINITY
      let step = 0
      if (i < n && j < m && !same) {
        edit = belowEdit[j + 1]! + scale
        step = substitute
      }
      if (i < n && belowEdit[j]! + scale < edit) {
        edit = belowEdit[j]! + scale
        step = remove
      }
      if (j < m && hereEdit[j + 1]! + scale < edit) {
        edit = hereEdit[j + 1]! + scale
        step = insert
      }
      const keep = same ? belowKeep[j + 1]! : Number.POSITIVE_INFINITY
      const opensHunk = edit + 1 <= keep
      const staysInHunk = edit <= keep
      hereKeep[j] = opensHunk ? edit + 1 : keep
      hereEdit[j] = staysInHunk ? edit : keep
      steps[i * width + j] = step | (opensHunk ? editAfterKeep : 0) | (staysInHunk ? editAfterEdit : 0)
    }
    ;[belowKeep, hereKeep] = [hereKeep, belowKeep]
    ;[belowEdit, hereEdit] = [hereEdit, belowEdit]
  }
  return steps
}

/** Walks the chosen steps from the start and collects the edits into hunks. */
function toHunks(steps: Uint8Array, n: number, m: number): Alignment {
  const hunks: Hunk[] = []
  let distance = 0
  let open: Hunk | null = null
  let i = 0
  let j = 0
  while (i < n || j < m) {
    const cell = steps[i * (m + 1) + j]!
    if ((cell & (open ? editAfterEdit : editAfterKeep)) === 0) {
      open = null
      i++
      j++
      continue
    }
    if (!open) {
      open = { rejectedStart: i, rejectedEnd: i, editedStart: j, editedEnd: j }
      hunks.push(open)
    }
    const step = cell & 3
    if (step !== insert) i++
    if (step !== remove) j++
    open.rejectedEnd = i
    open.editedEnd = j
    distance++
  }
  return { distance, hunks }
}
