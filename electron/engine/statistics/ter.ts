/**
 * Translation edit rate in percent (Snover et al. 2006): insertions, deletions, substitutions and shifts of words that turn
 * a text into a reference text, per word of the reference; 0 is equal, and there is no upper limit. Equal to sacrebleu's
 * default, which follows Tercom: lower-cased, words split at white space only, and shifts chosen greedily.
 */
import { BeamEditDistance } from './beam-edit-distance.ts'
import { withoutTrailingSpace, wordsOf } from './words.ts'

// Tercom's limits.
const maxShiftSize = 10
const maxShiftDistance = 50
/** sacrebleu's: the search ends after this many shifts were tried. */
const maxShiftsTried = 1000

interface Shift {
  /** Edits that it saves. */
  gain: number
  length: number
  start: number
  target: number
  words: string[]
}

/** The larger gain; then the longer, the earlier, and the one that moves to the earlier place. */
function isBetter(one: Shift, other: Shift): boolean {
  const order = [
    one.gain - other.gain,
    one.length - other.length,
    other.start - one.start,
    other.target - one.target,
  ]
  return (order.find((difference) => difference !== 0) ?? 0) > 0
}

function* equalParts(words: readonly string[], reference: readonly string[]) {
  for (let start = 0; start < words.length; start++) {
    for (let place = 0; place < reference.length; place++) {
      if (Math.abs(place - start) > maxShiftDistance) continue
      for (let length = 1; length <= maxShiftSize; length++) {
        const [own, theirs] = [words[start + length - 1], reference[place + length - 1]]
        if (own === undefined || own !== theirs) break
        yield { start, place, length }
      }
    }
  }
}

/** `words` with `length` of them, from `start`, moved to before what is at `target`. */
function shifted(
  words: readonly string[],
  { start, length, target }: Omit<Shift, 'gain' | 'words'>,
): string[] {
  const moved = words.slice(start, start + length)
  const rest = [...words.slice(0, start), ...words.slice(start + length)]
  const to = target > start + length ? target - length : Math.min(target, rest.length)
  return [...rest.slice(0, to), ...moved, ...rest.slice(to)]
}

/** Places to which a part may move: before the reference's part, and after each of its words. */
function targetsOf(place: number, length: number, aligned: readonly number[]): number[] {
  const targets: number[] = []
  for (let offset = -1; offset < length; offset++) {
    const target = place + offset === -1 ? 0 : aligned[place + offset]! + 1
    if (target !== targets.at(-1)) targets.push(target)
  }
  return targets
}

function bestShift(
  words: readonly string[],
  reference: readonly string[],
  distance: BeamEditDistance,
  triedBefore: number,
): { best: Shift | null; tried: number } {
  const { edits, aligned, wrong, missed } = distance.align(words)
  const any = (flags: readonly boolean[], from: number, length: number) =>
    flags.slice(from, from + length).some(Boolean)
  let tried = triedBefore
  let best: Shift | null = null
  for (const { start, place, length } of equalParts(words, reference)) {
    // Both sides must have an error there, and a part cannot move into itself.
    if (!any(wrong, start, length) || !any(missed, place, length)) continue
    if (aligned[place]! >= start && aligned[place]! < start + length) continue
    for (const target of targetsOf(place, length, aligned)) {
      const after = shifted(words, { start, length, target })
      const shift = { gain: edits - distance.edits(after), length, start, target, words: after }
      tried++
      if (best === null || isBetter(shift, best)) best = shift
    }
    if (tried >= maxShiftsTried) break
  }
  return { best, tried }
}

function editsBetween(text: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return text.length
  const distance = new BeamEditDistance(reference)
  let words = [...text]
  let shifts = 0
  for (let tried = 0; ; ) {
    const found = bestShift(words, reference, distance, tried)
    tried = found.tried
    if (tried >= maxShiftsTried || found.best === null || found.best.gain <= 0) break
    words = found.best.words
    shifts++
  }
  return shifts + distance.edits(words)
}

/** @returns edits to the nearest reference, and the mean number of words of the references */
export function terCounts(text: string, references: readonly string[]): number[] {
  const normalised = (each: string) => wordsOf(withoutTrailingSpace(each).toLowerCase())
  const words = normalised(text)
  const others = references.map(normalised)
  const length = others.reduce((sum, other) => sum + other.length, 0) / others.length
  return [Math.min(...others.map((other) => editsBetween(words, other))), length]
}

export function terScore([edits = 0, length = 0]: readonly number[]): number {
  if (length > 0) return (100 * edits) / length
  return edits > 0 ? 100 : 0
}
