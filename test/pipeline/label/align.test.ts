import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../electron/contract/errors.ts'
import { type Alignment, align, type Hunk } from '../../../electron/pipeline/label/align.ts'
import { readGolden } from '../../golden.ts'

const shortIds = fc.array(fc.nat({ max: 2 }), { maxLength: 6 })
const longerIds = fc.array(fc.nat({ max: 4 }), { maxLength: 60, size: 'max' })

/** Steps in the order of preference among equals: an edit before a keep. */
type Step = 's' | 'd' | 'i' | 'k'
const order = 'sdik'

function* allAlignments(a: number[], b: number[]): Generator<Step[]> {
  if (a.length === 0 && b.length === 0) yield []
  if (a.length > 0 && b.length > 0) {
    const step = a[0] === b[0] ? 'k' : 's'
    for (const rest of allAlignments(a.slice(1), b.slice(1))) yield [step, ...rest]
  }
  if (a.length > 0) for (const rest of allAlignments(a.slice(1), b)) yield ['d', ...rest]
  if (b.length > 0) for (const rest of allAlignments(a, b.slice(1))) yield ['i', ...rest]
}

function hunksOf(steps: Step[]): Hunk[] {
  const hunks: Hunk[] = []
  let i = 0
  let j = 0
  for (const [at, step] of steps.entries()) {
    if (step !== 'k' && (at === 0 || steps[at - 1] === 'k')) {
      hunks.push({ rejectedStart: i, rejectedEnd: i, editedStart: j, editedEnd: j })
    }
    if (step !== 'i') i++
    if (step !== 'd') j++
    if (step !== 'k') Object.assign(hunks.at(-1)!, { rejectedEnd: i, editedEnd: j })
  }
  return hunks
}

/** Tries every alignment: least distance, then fewest hunks, then the first in the order of steps. */
function alignByTrying(a: number[], b: number[]): Alignment {
  const tried = [...allAlignments(a, b)].map((steps) => ({
    key: [
      steps.filter((step) => step !== 'k').length,
      hunksOf(steps).length,
      ...steps.map((step) => order.indexOf(step)),
    ],
    steps,
  }))
  tried.sort((x, y) => {
    const i = x.key.findIndex((value, at) => value !== y.key[at])
    return i < 0 ? 0 : x.key[i]! - (y.key[i] ?? -1)
  })
  return { distance: tried[0]!.key[0]!, hunks: hunksOf(tried[0]!.steps) }
}

function rebuild(a: number[], b: number[], hunks: Hunk[]): number[] {
  const parts: number[] = []
  let from = 0
  for (const { rejectedStart, rejectedEnd, editedStart, editedEnd } of hunks) {
    parts.push(...a.slice(from, rejectedStart), ...b.slice(editedStart, editedEnd))
    from = rejectedEnd
  }
  return [...parts, ...a.slice(from)]
}

test('distances equal those of RapidFuzz', () => {
  const { cases } = readGolden<{ cases: { a: number[]; b: number[]; distance: number }[] }>('alignment.json')
  for (const { a, b, distance } of cases) assert.equal(align(a, b).distance, distance, JSON.stringify([a, b]))
})

test('the alignment is the first of the best among all alignments', () => {
  fc.assert(
    fc.property(shortIds, shortIds, (x, y) => {
      // The order in which a pair is aligned: shorter first, then by the first different id.
      const [a, b] = x.length < y.length || (x.length === y.length && x.join() <= y.join()) ? [x, y] : [y, x]
      assert.deepEqual(align(a, b), alignByTrying(a, b))
    }),
    { numRuns: 300 },
  )
})

test('hunks turn one sequence into the other, and do not touch', () => {
  fc.assert(
    fc.property(longerIds, longerIds, (a, b) => {
      const { distance, hunks } = align(a, b)
      assert.deepEqual(rebuild(a, b, hunks), b)
      let cost = 0
      for (const [k, hunk] of hunks.entries()) {
        const removed = hunk.rejectedEnd - hunk.rejectedStart
        const added = hunk.editedEnd - hunk.editedStart
        assert.ok(removed + added > 0)
        if (k > 0) assert.ok(hunk.rejectedStart > hunks[k - 1]!.rejectedEnd)
        cost += Math.max(removed, added)
      }
      assert.equal(cost, distance)
    }),
  )
})

test('exchanging the sequences mirrors the hunks', () => {
  fc.assert(
    fc.property(longerIds, longerIds, (a, b) => {
      const mirrored = align(b, a).hunks.map((hunk) => ({
        rejectedStart: hunk.editedStart,
        rejectedEnd: hunk.editedEnd,
        editedStart: hunk.rejectedStart,
        editedEnd: hunk.rejectedEnd,
      }))
      assert.deepEqual(align(a, b).hunks, mirrored)
    }),
  )
})

test('of repeated ids the earliest is the one deleted or inserted', () => {
  assert.deepEqual(align([7, 7, 8], [7, 8]).hunks, [
    { rejectedStart: 0, rejectedEnd: 1, editedStart: 0, editedEnd: 0 },
  ])
  assert.deepEqual(align([1, 7, 8], [1, 7, 7, 8]).hunks, [
    { rejectedStart: 1, rejectedEnd: 1, editedStart: 1, editedEnd: 2 },
  ])
})

test('one long hunk is preferred to two short ones of the same distance', () => {
  // Deleting 1 2 3 4 (one hunk) costs as much as deleting 1 2 and, after a kept 3, 4 and a later 3.
  assert.equal(align([9, 1, 2, 3, 4, 3, 5], [9, 3, 5]).hunks.length, 1)
})

test('4,000 by 4,000 ids are aligned in well under two seconds', () => {
  const ids = (factor: number) => Int32Array.from({ length: 4000 }, (_, i) => Math.imul(i, factor) >>> 24)
  const started = performance.now()
  const { distance } = align(ids(0x9e3779b1), ids(0x85ebca77))
  assert.ok(distance > 2000)
  assert.ok(performance.now() - started < 2000)
})

test('texts too long to align are refused with their lengths', () => {
  const long = new Int32Array(20_000)
  const other = new Int32Array(20_001).fill(1)
  assert.throws(
    () => align(long, other),
    (error) => error instanceof UserError && /20000 and 20001/.test(error.message),
  )
})
