/** Responses of the starting model held at zero: the loss against PyTorch (test/golden/make_reward_anchor.py). */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import type { RewardScheme } from '../../../electron/contract/run-kinds/reward.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { anchorLength, anchorQueries } from '../../../electron/pipeline/reward/anchor.ts'
import { anchorSquare } from '../../../electron/pipeline/reward/losses.ts'
import { schemes } from '../../../electron/pipeline/reward/schemes.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Expected = { loss: number; gradient: number[][] }
type Golden = { mask: number[][]; scalars: number[][]; identity: Expected; tanhHalf: Expected }

const golden = readGolden<Golden>('reward-anchor.json')
const side = (query: number[], length: number) => {
  const response = Array.from({ length }, () => 1)
  return { query, response, labels: response.map(() => 0) }
}
const pair = (query: number[], rejected: number, chosen: number) => ({
  itemId: query.join(),
  rejected: side(query, rejected),
  chosen: side(query, chosen),
})

before(() => openRuntime())

for (const scheme of ['bt-balanced', 'classify'] satisfies RewardScheme[]) {
  test(`${scheme}: loss and gradient equal those of autograd`, () => {
    const expected = golden[schemes[scheme].reward]
    const mask = tf.tensor2d(golden.mask)
    const over = { anchorTokens: tf.sum(mask) }
    const loss = (scalars: tf.Tensor) => anchorSquare(scheme, { scalars, mask }, over) as tf.Scalar
    const { value, grads } = tf.valueAndGrads(loss)([tf.tensor2d(golden.scalars)])
    assertClose(value.dataSync(), expected.loss, 'loss')
    assertClose(grads[0]!.dataSync(), expected.gradient, 'gradient')
  })
}

test('prompts are drawn once each, and a response is as long as the context and the pairs allow', () => {
  const pairs = [pair([1], 2, 3), pair([1], 4, 2), pair([2, 2], 1, 1), pair([3], 1, 1)]
  const drawn = anchorQueries(pairs, { anchorSamples: 9, seed: 1 })
  assert.deepEqual(drawn.map(String).sort(), ['1', '2,2', '3'])
  assert.deepEqual(anchorQueries(pairs, { anchorSamples: 2, seed: 1 }), drawn.slice(0, 2))
  assert.equal(anchorLength(pairs, 64), 4)
  assert.equal(anchorLength(pairs, 5), 3)
})
