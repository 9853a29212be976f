import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Item } from '../../electron/contract/records.ts'
import { editorMixes } from '../../electron/world/editors.ts'
import { splitPieces } from '../../electron/world/pieces.ts'
import { makeDemonstrations, makePairs } from '../../electron/world/samples.ts'
import { compareTruth } from '../../electron/world/world.ts'
import { readTask, worldOf } from '../../electron/world/worlds.ts'
import { sum } from './ferry/helpers.ts'

const world = worldOf('ferry')
const options = { seed: 5, n: 2000, split: 'train' } as const
const pairs = makePairs(world, options, 'people')

/** Length of the longest common subsequence: what a minimal edit keeps. */
function keptPieces(a: string[], b: string[]): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const piece of a) {
    const next = [0]
    for (const [j, other] of b.entries()) {
      next.push(piece === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!))
    }
    row = next
  }
  return row.at(-1)!
}

test('samples are records of the contract with distinct ids', () => {
  const items = [...makeDemonstrations(world, options), ...pairs.map(({ item }) => item)]
  for (const item of items) Item.parse(item)
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length)
})

test('a seed determines the samples, and a longer list begins with the shorter', () => {
  assert.deepEqual(makePairs(world, { ...options, n: 50 }, 'people'), pairs.slice(0, 50))
  assert.deepEqual(
    makeDemonstrations(world, { ...options, n: 5 }),
    makeDemonstrations(world, options).slice(0, 5),
  )
  assert.notDeepEqual(makePairs(world, { ...options, n: 50, seed: 6 }, 'people'), pairs.slice(0, 50))
})

test('nineteen pairs in twenty are ordered by the truth, the others in the wrong order', () => {
  const verdicts = pairs.map(({ item, rejected }) =>
    compareTruth(
      readTask(item.prompt)!,
      { text: rejected, ended: true },
      { text: item.chosen!, ended: true },
    ),
  )
  assert(!verdicts.includes(0.5))
  const right = sum(verdicts) / verdicts.length
  assert(Math.abs(right - 0.95) < 0.02, `${right}`)
})

test('the item has the ordinary pair, and the edit is of its rejected response', () => {
  for (const { item, rejected, edited } of pairs) {
    assert.equal(item.rejected, rejected)
    assert.notEqual(item.chosen, rejected)
    assert.equal(typeof edited, 'string')
  }
})

test('error spans are in order, inside the rejected response', () => {
  for (const { item, rejected } of pairs) {
    let at = 0
    for (const { start, end } of item.errorSpans!) {
      assert(start >= at && end > start && end <= rejected.length)
      at = start
    }
  }
})

test('edits change between a fifth and a quarter of the rejected pieces', () => {
  let pieces = 0
  let kept = 0
  for (const { rejected, edited } of pairs) {
    const before = splitPieces(rejected)
    pieces += before.length
    kept += keptPieces(before, splitPieces(edited))
  }
  const changed = 1 - kept / pieces
  assert(changed > 0.2 && changed < 0.25, `${changed}`)
})

test('each edit has the name of its editor, in the shares of the mix', () => {
  for (const [name, share] of Object.entries(editorMixes.people)) {
    const own = pairs.filter(({ editor }) => editor === name).length / pairs.length
    assert(Math.abs(own - share) < 0.03, `${name}: ${own}`)
  }
  const perfect = makePairs(world, { ...options, n: 50 }, 'perfect')
  assert(perfect.every(({ editor }) => editor === 'perfect'))
  assert.deepEqual(
    perfect.map(({ item }) => item),
    pairs.slice(0, 50).map(({ item }) => item),
  )
  for (const { item, edited } of perfect)
    assert.deepEqual(readTask(item.prompt)!.findFlaws({ text: edited, ended: true }), [])
})
