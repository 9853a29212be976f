/** Several editors of one item: shared labels, and F1 between editors against a closed form. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { RewardConfig } from '../../../electron/contract/run-kinds/reward.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { editorAgreement, shareLabels } from '../../../electron/pipeline/reward/editors.ts'
import type { RewardPair } from '../../../electron/pipeline/reward/examples.ts'
import { rewardLoss } from '../../../electron/pipeline/reward/losses.ts'
import { assertClose } from '../../golden.ts'

function edit(itemId: string, rejected: number[], chosen: number[] = [0]): RewardPair {
  const side = (labels: number[]) => ({ query: [1], response: labels.map(() => 2), labels })
  return { itemId, rejected: side(rejected), chosen: side(chosen) }
}

const edits = [
  edit('a', [-1, -1, 0, 0], [1, 0, 0]),
  edit('b', [-1, 0]),
  edit('a', [-1, 0, 0, 0]),
  edit('a', [0, -1, -1, 0]),
]

test('labels of an item are shared by its edits, those of an item with one edit stay', () => {
  const shared = shareLabels(edits)
  for (const i of [0, 2, 3]) assertClose(shared[i]!.rejected.labels, [-2 / 3, -2 / 3, -1 / 3, 0], `edit ${i}`)
  assert.deepEqual(shared[1], edits[1])
  assert.deepEqual(shared[0]!.chosen, edits[0]!.chosen)
})

test('the ceiling of F1 counts every pair of editors of an item', () => {
  // Of 2, 1 and 2 deleted tokens: 1 in common, 1, and 0.
  assert.deepEqual(editorAgreement(edits), { f1: (2 * (1 + 1 + 0)) / (3 + 4 + 3), items: 1 })
  assert.equal(editorAgreement(edits.slice(0, 2)), null)
  assert.equal(editorAgreement([edit('a', [0]), edit('a', [0])]), null)
})

test('a token that half of the editors deleted counts half as changed and half as kept', async () => {
  await openRuntime()
  const row = (values: number[]) => tf.tensor2d(values, [1, values.length])
  const side = (scalars: number[], labels: number[]) => ({
    scalars: row(scalars),
    mask: row(scalars.map(() => 1)),
    labels: row(labels),
    targets: row(labels),
  })
  const loss = rewardLoss(
    { rejected: side([2, -3], [-0.5, -0.25]), chosen: side([1, 0.5], [0, 1]), weights: tf.ones([1]) },
    {
      pairs: tf.scalar(1),
      tokens: tf.scalar(4),
      keptTokens: tf.scalar(0.5 + 0.75 + 1),
      anchorTokens: tf.scalar(1),
    },
    RewardConfig.parse({ scheme: 'bt-balanced', keptPenalty: 2 }),
  )
  const margin = 0.5 - (0.5 * 2 - 0.25 * 3) / 0.75
  const kept = (0.5 * 4 + 0.75 * 9 + 1) / 2.25
  assertClose([...loss.dataSync()], [Math.log1p(Math.exp(-margin)) + 2 * kept], 'loss')
})
