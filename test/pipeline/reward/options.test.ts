/** Balanced pairs against PyTorch's autograd (test/golden/make_reward_options.py). */
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { RewardConfig } from '../../../electron/contract/run-kinds/reward.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { sideWeights } from '../../../electron/pipeline/reward/balance.ts'
import { rewardLoss } from '../../../electron/pipeline/reward/losses.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Rows = number[][]
interface Sides {
  rejected: Rows
  edited: Rows
}
interface Golden {
  keptPenalty: number
  mask: Sides
  labels: Sides
  tokenRewards: Sides
  sideWeights: number[]
  'bt-balanced': { loss: number; gradients: Sides }
}

const golden = readGolden<Golden>('reward-options.json')
const sum = (rows: Rows) => rows.flat().reduce((a, b) => a + Math.abs(b), 0)
const { mask, labels } = golden

before(() => openRuntime())

test('pairs that only insert and pairs that only delete weigh the same', () => {
  const side = (own: number[]) => ({ query: [], response: own, labels: own })
  const pairs = labels.rejected.map((own, i) => ({ rejected: side(own), chosen: side(labels.edited[i]!) }))
  assertClose(sideWeights(pairs), golden.sideWeights, 'weights')
})

test('bt-balanced: loss and gradient equal those of autograd', () => {
  const config = RewardConfig.parse({ scheme: 'bt-balanced', keptPenalty: golden.keptPenalty })
  const side = (which: keyof Sides, scalars: tf.Tensor) => ({
    scalars,
    mask: tf.tensor2d(mask[which]),
    labels: tf.tensor2d(labels[which]),
    targets: tf.tensor2d(labels[which]),
  })
  const tokens = sum(mask.rejected) + sum(mask.edited)
  const normalizers = {
    pairs: tf.scalar(mask.edited.length),
    tokens: tf.scalar(tokens),
    keptTokens: tf.scalar(tokens - sum(labels.rejected) - sum(labels.edited)),
    anchorTokens: tf.scalar(1),
  }
  const loss = (rejected: tf.Tensor, edited: tf.Tensor) =>
    rewardLoss(
      {
        rejected: side('rejected', rejected),
        chosen: side('edited', edited),
        weights: tf.tensor1d(golden.sideWeights),
      },
      normalizers,
      config,
    ) as tf.Scalar
  const inputs = [tf.tensor2d(golden.tokenRewards.rejected), tf.tensor2d(golden.tokenRewards.edited)]
  const { value, grads } = tf.valueAndGrads(loss)(inputs)
  const expected = golden['bt-balanced']
  assertClose(value.dataSync(), expected.loss, 'loss')
  assertClose(grads[0]!.dataSync(), expected.gradients.rejected, 'gradient of rejected')
  assertClose(grads[1]!.dataSync(), expected.gradients.edited, 'gradient of edited')
})
