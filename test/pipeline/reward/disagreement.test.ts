import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  disagreements,
  inOwnScale,
  ownScale,
  type RewardedEdit,
} from '../../../electron/pipeline/reward/disagreement.ts'

/** Three words of which the middle one was changed: its reward before and after, and the rewards of the kept ones. */
function edit(struck: number, added: number, kept = 0, margin = added - struck): RewardedEdit {
  return {
    rejected: { labels: [0, -1, 0], rewards: [kept, struck, kept] },
    edited: { labels: [0, 1, 0], rewards: [kept, added, kept] },
    margin,
  }
}

const totals = (edits: RewardedEdit[]) => disagreements(edits, 'bt-changed').map(({ total }) => total)

test('a model that agrees with the annotator has no disagreement, the opposite model the largest, and an indifferent one half', () => {
  const [same, none, opposite] = disagreements([edit(-1, 1), edit(0, 0), edit(1, -1)], 'regress')
  // Changed tokens are 2/3 from kept ones on average, so that ±1 is the limit; margins are 2, 0, −2, their RMS √(8/3).
  assert.deepEqual([same!.changed, none!.changed, opposite!.changed], [0, 0.5, 1])
  assert.deepEqual([same!.kept, none!.kept, opposite!.kept], [0, 0, 0])
  const sigma = (x: number) => 1 / (1 + Math.exp(-x))
  for (const [found, margin] of [
    [same, 2],
    [none, 0],
    [opposite, -2],
  ] as const) {
    const pair = sigma(-margin / Math.sqrt(8 / 3))
    assert.ok(Math.abs(found!.pair - pair) < 1e-12)
    assert.ok(Math.abs(found!.total - (found!.changed! / 2 + pair) / 2) < 1e-12)
  }
})

test('a kept token with a large reward is a disagreement, whatever the sign', () => {
  const [plain, praised, blamed] = totals([edit(-1, 1), edit(-1, 1, 0.8, 2), edit(-1, 1, -0.8, 2)])
  assert.ok(praised! > plain! && blamed! > plain!)
})

test('only order and proportion count, not the zero or the unit of the rewards', () => {
  const edits = [edit(-1, 1), edit(0.5, 0.2), edit(1, -2, 0.1), edit(-0.2, 0.4, -0.3)]
  const other = edits.map(({ rejected, edited, margin }) => ({
    rejected: { ...rejected, rewards: rejected.rewards.map((reward) => 7 * reward + 3) },
    edited: { ...edited, rewards: edited.rewards.map((reward) => 7 * reward + 3) },
    margin: 7 * margin,
  }))
  const [here, there] = [totals(edits), totals(other)]
  for (const [i, total] of here.entries()) assert.ok(Math.abs(total - there[i]!) < 1e-12)
})

test('one deleted word in a long response has the same weight as all kept ones', () => {
  const long = (struck: number): RewardedEdit => ({
    rejected: { labels: [...new Array(500).fill(0), -1], rewards: [...new Array(500).fill(0), struck] },
    edited: { labels: new Array(500).fill(0), rewards: new Array(500).fill(0) },
    margin: 0,
  })
  const [agreed, denied] = totals([long(-1), long(1)])
  assert.equal(denied! - agreed!, 0.25)
})

test('an edit without changes is measured by its kept tokens, and a model with equal rewards has no opinion', () => {
  const untouched: RewardedEdit = {
    rejected: { labels: [0, 0], rewards: [0, -3] },
    edited: { labels: [0, 0], rewards: [0, -3] },
    margin: 0,
  }
  const [found] = disagreements([untouched, edit(-1, 1)], 'bt-mean')
  assert.equal(found!.changed, null)
  assert.ok(found!.kept! > 0.4)
  assert.deepEqual(disagreements([untouched], 'bt-mean'), [
    { total: 0.25, changed: null, kept: 0, pair: 0.5 },
  ])
  assert.deepEqual(disagreements([], 'bt-mean'), [])
})

test('for a scheme without token rewards only the pair counts', () => {
  const [right, wrong] = disagreements([edit(5, -5, 2, 1), edit(-5, 5, 2, -1)], 'sequence')
  assert.deepEqual([right!.changed, right!.kept, right!.total], [null, null, right!.pair])
  assert.ok(right!.total < 0.5 && wrong!.total > 0.5)
})

test('the scale is measured on tokens: kept ones are its zero, changed ones its unit', () => {
  const scale = ownScale([edit(-1, 3, 1)])
  assert.deepEqual(scale, { kept: 1, size: 2 })
  assert.deepEqual([inOwnScale(3, scale), inOwnScale(-1, scale), inOwnScale(1, scale)], [1, -1, 0])
})
