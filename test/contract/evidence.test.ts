import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  adjustedPValues,
  holm,
  sameKindWarnings,
  seedWarnings,
  tripwireWarnings,
} from '../../electron/contract/evidence.ts'
import { PpoConfig } from '../../electron/contract/run-kinds/ppo.ts'
import golden from '../golden/evidence.json' with { type: 'json' }
import { inventedResult } from '../host/report/invented-result.ts'

test("Holm's adjusted p-values equal statsmodels'", () => {
  for (const { p, adjusted } of golden.holm)
    for (const [i, value] of holm(p).entries()) assert.ok(Math.abs(value - adjusted[i]!) < 1e-12)
  assert.deepEqual(holm([]), [])
})

test('arms are one family of comparisons, and pairs of arms another', () => {
  const [first] = inventedResult.arms
  const [match] = inventedResult.headToHead
  const arms = [0.01, 0.03].map((signTestP, i) => ({ ...first!, name: `arm ${i}`, signTestP }))
  const headToHead = [0.02, 0.04, 0.001].map((signTestP) => ({ ...match!, signTestP }))
  const adjusted = adjustedPValues({ arms, headToHead })
  assert.deepEqual(
    [...adjusted.arms],
    [
      ['arm 0', 0.02],
      ['arm 1', 0.03],
    ],
  )
  assert.deepEqual(adjusted.headToHead, [0.04, 0.04, 0.003])
})

test('fewer than four seeds are warned of, and one seed is not an interval over seeds', () => {
  assert.deepEqual([0, 1, 4, 5].flatMap(seedWarnings), [])
  assert.match(seedWarnings(2).join(), /over 2 seeds\. With fewer than 4/)
  assert.equal(seedWarnings(3).length, 1)
})

test('a reward model that judges what a reward model trained is warned of', () => {
  const reward = { kind: 'reward', model: 'rm' } as const
  assert.match(sameKindWarnings(reward, true).join(), /Confirm the result with a judge of another kind/)
  assert.deepEqual(sameKindWarnings(reward, false), [])
  assert.deepEqual(sameKindWarnings({ kind: 'reference', metric: 'chrf', texts: 'either' }, true), [])
  assert.deepEqual(sameKindWarnings({ kind: 'world' }, true), [])
})

test('tripwires that were switched off are named', () => {
  const { tripwires } = PpoConfig.parse({})
  assert.deepEqual(tripwireWarnings(tripwires), [])
  const [sentence] = tripwireWarnings({ ...tripwires, lengthChange: null, judgeDrop: null })
  assert.match(sentence!, /switched off \(length change, win rate drop\)/)
})
