import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockOf, isWarning, markSentence } from '../../../renderer/runs/chart-lines.ts'

test('the clock gives the seconds worked by a step, also between the steps it knows', () => {
  const clock = clockOf({
    times: [
      [1, 5],
      [2, 0.5],
      [10, 4],
    ],
  })
  assert.deepEqual([0, 1, 2, 7, 10, 11].map(clock), [0, 5, 5.5, 5.5, 9.5, 9.5])
  assert.equal(clockOf({ times: [] })(3), 0)
})

test('a mark says its step, and its run if there are several', () => {
  const mark = { step: 63, kind: 'tripwire', sentence: 'KL passed 12.0 (limit 10).', at: '' } as const
  assert.equal(markSentence(mark, null), 'Step 63: KL passed 12.0 (limit 10).')
  assert.equal(markSentence(mark, 'aligned'), 'aligned, step 63: KL passed 12.0 (limit 10).')
  assert.deepEqual([isWarning(mark), isWarning({ ...mark, kind: 'paused' })], [true, false])
})
