import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noTrial, type Trial } from '../../../electron/contract/annotate.ts'
import { assignedHelp, compareGroups } from '../../../electron/pipeline/annotate/trial.ts'

const trial: Trial = { draft: true, hints: true, rewardModel: 'rewards', seed: 4 }
const items = Array.from({ length: 2000 }, (_, i) => `item_${i}`)

test('without a trial nothing is left to chance, and hints need a reward model', () => {
  assert.deepEqual(assignedHelp(noTrial, 'item_1', 'ann'), {})
  assert.deepEqual(Object.keys(assignedHelp({ ...trial, hints: false }, 'item_1', 'ann')), ['draft'])
  assert.deepEqual(Object.keys(assignedHelp({ ...trial, rewardModel: null }, 'item_1', 'ann')), ['draft'])
})

test('seed, item and annotator determine what is shown: half of the items, drafts and hints independently', () => {
  const all = items.map((item) => assignedHelp(trial, item, 'ann'))
  assert.deepEqual(
    items.map((item) => assignedHelp(trial, item, 'ann')),
    all,
  )
  const share = (count: (each: (typeof all)[number], i: number) => boolean) =>
    all.filter(count).length / all.length
  for (const both of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]) {
    const part = share(({ draft, hints }) => draft === both[0] && hints === both[1])
    assert.ok(Math.abs(part - 0.25) < 0.03, `${both}: ${part}`)
  }
  for (const other of [
    (item: string) => assignedHelp(trial, item, 'bob'),
    (item: string) => assignedHelp({ ...trial, seed: 5 }, item, 'ann'),
  ]) {
    const same = share(({ draft }, i) => draft === other(items[i]!).draft)
    assert.ok(Math.abs(same - 0.5) < 0.04, String(same))
  }
})

const key = { seed: 1, stream: 'test' }

test('medians are compared with the number of items and a bootstrap interval of their difference', () => {
  const { shown, hidden, difference } = compareGroups([10, 12, 14, 11], [20, 24, 22], key)
  assert.deepEqual(shown, { median: 11.5, n: 4 })
  assert.deepEqual(hidden, { median: 22, n: 3 })
  assert.equal(difference!.value, -10.5)
  assert.ok(difference!.low >= 10 - 24 && difference!.high <= 14 - 20)
  assert.ok(difference!.low < -10.5 && difference!.high > -10.5)
  assert.deepEqual(compareGroups([10, 12, 14, 11], [20, 24, 22], key).difference, difference)
})

test('one item on a side gives no interval, none no median', () => {
  assert.deepEqual(compareGroups([3], [1, 2], key), {
    shown: { median: 3, n: 1 },
    hidden: { median: 1.5, n: 2 },
    difference: null,
  })
  assert.deepEqual(compareGroups([], [], key).shown, { median: null, n: 0 })
})

test('the interval covers a known difference about as often as it says', () => {
  let covered = 0
  const rounds = 60
  for (let round = 0; round < rounds; round++) {
    const wave = (n: number, shift: number) =>
      Array.from(
        { length: 40 },
        (_, i) => shift + (((i + 1) * 7919 + round * 104729 + n * 1299709) % 1000) / 100,
      )
    const { difference } = compareGroups(wave(1, 3), wave(2, 0), { seed: round, stream: 'cover' })
    if (difference!.low <= 3 && 3 <= difference!.high) covered++
  }
  assert.ok(covered >= 0.85 * rounds, `${covered} of ${rounds}`)
})
