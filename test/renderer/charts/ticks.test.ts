import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateInterval } from '../../../renderer/charts/interval.ts'
import { fittedRange, linearTicks, logTicks, maxTicks } from '../../../renderer/charts/ticks.ts'

test('an axis has at most four ticks, at round numbers, and steps are whole', () => {
  assert.deepEqual(linearTicks([0, 120], true), [0, 40, 80, 120])
  assert.deepEqual(linearTicks([0, 3], true), [0, 1, 2, 3])
  assert.deepEqual(linearTicks([0, 2], true), [0, 1, 2])
  assert.deepEqual(linearTicks([-0.42, 0.3]), [-0.4, -0.2, 0, 0.2])
  for (let high = 1e-6; high < 1e7; high *= 1.37) {
    const ticks = linearTicks([0, high])
    assert.ok(ticks.length >= 2 && ticks.length <= maxTicks, `${high}: ${ticks}`)
    assert.ok(linearTicks([0, high], true).every(Number.isInteger))
  }
  assert.deepEqual(linearTicks([5, 5]), [5])
})

test('a log axis has powers of ten, thinned to four', () => {
  assert.deepEqual(logTicks([0.005, 20]), [0.01, 0.1, 1, 10])
  assert.ok(logTicks([1e-9, 1e9]).length <= maxTicks)
  assert.deepEqual(logTicks([-1, 10]), [])
  assert.ok(logTicks([2, 8]).length >= 2)
})

test('an axis fits its values, extends to a limit that is near, and never shows less than zero needlessly', () => {
  assert.deepEqual(fittedRange([0, 10]), [0, 10.8])
  const [, near] = fittedRange([0, 5], [6])
  assert.ok(near > 6)
  const [, far] = fittedRange([0, 2], [6])
  assert.ok(far < 3)
  const [low, high] = fittedRange([1, 1])
  assert.ok(low < 1 && high > 1)
})

test("a win rate's interval is Wilson's", () => {
  const [low, high] = rateInterval(64.2, 500)!
  assert.deepEqual([low.toFixed(1), high.toFixed(1)], ['59.9', '68.3'])
  assert.equal(rateInterval(50, 0), null)
  assert.deepEqual(
    rateInterval(0, 10)!.map((edge) => Math.round(edge)),
    [0, 28],
  )
})
