/** When a direct loss pauses because chosen responses lose likelihood. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Watch } from '../../../electron/engine/training/supervised.ts'
import { chosenWatch } from '../../../electron/pipeline/dpo/tripwire.ts'

/** @returns the step that pauses, from 1, or null */
function pausedAt(watch: Watch, changes: readonly number[]): number | null {
  const at = changes.findIndex((change) => watch.see({ 'dpo/logp_chosen': change }) !== null)
  return at < 0 ? null : at + 1
}

const falling = Array.from({ length: 40 }, (_, i) => -i)

test('it pauses once the mean of five steps is under the limit', () => {
  // The mean of steps n-4 to n is 3 - n.
  assert.equal(pausedAt(chosenWatch(10), falling), 14)
  assert.equal(pausedAt(chosenWatch(20), falling), 24)
  assert.equal(pausedAt(chosenWatch(null), falling), null)
})

test('ten steps are needed, and responses that recover do not pause', () => {
  assert.equal(pausedAt(chosenWatch(1), falling), 10)
  assert.equal(pausedAt(chosenWatch(10), falling.map((change) => -50 - change).slice(0, 20)), null)
  assert.equal(pausedAt(chosenWatch(10), [...falling.slice(0, 12), ...falling.slice(0, 9).reverse()]), null)
})

test('a resumed run has the same memory, and pauses again only under another limit', () => {
  const [whole, before, after] = [chosenWatch(15), chosenWatch(15), chosenWatch(15)]
  assert.equal(pausedAt(before, falling.slice(0, 12)), null)
  after.restore(JSON.parse(JSON.stringify(before.state())))
  assert.equal(pausedAt(after, falling.slice(12)), pausedAt(whole, falling)! - 12)

  const [same, other] = [chosenWatch(15), chosenWatch(30)]
  for (const watch of [same, other]) watch.restore(JSON.parse(JSON.stringify(after.state())))
  const further = Array.from({ length: 40 }, (_, i) => -20 - i)
  assert.equal(pausedAt(same, further), null)
  assert.notEqual(pausedAt(other, further), null)
})

test('a checkpoint of a version without it is resumed', () => {
  const watch = chosenWatch(10)
  watch.restore({})
  assert.equal(pausedAt(watch, falling), 14)
})
