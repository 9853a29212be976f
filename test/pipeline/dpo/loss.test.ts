/** The DPO loss and its gradient against PyTorch (test/golden/make_reward.py). */
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { dpoLoss } from '../../../electron/pipeline/dpo/train.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Sides = Record<'chosen' | 'rejected', number[][]>
interface Golden {
  beta: number
  mask: Sides
  policyLogprobs: Sides
  refLogprobs: Sides
  loss: number
  chosenRewards: number[]
  rejectedRewards: number[]
  gradients: Sides
}

test('DPO: loss, margins and gradient are those of autograd', async () => {
  await openRuntime()
  const golden = readGolden<Golden>('dpo.json')
  const total = (values: tf.Tensor, side: keyof Sides) =>
    tf.sum(tf.mul(values, tf.tensor2d(golden.mask[side])), 1)
  const run = (chosen: tf.Tensor, rejected: tf.Tensor) =>
    dpoLoss(
      { chosen: total(chosen, 'chosen'), rejected: total(rejected, 'rejected') },
      {
        chosen: total(tf.tensor2d(golden.refLogprobs.chosen), 'chosen'),
        rejected: total(tf.tensor2d(golden.refLogprobs.rejected), 'rejected'),
      },
      golden.beta,
    )
  const inputs = [tf.tensor2d(golden.policyLogprobs.chosen), tf.tensor2d(golden.policyLogprobs.rejected)]
  const pairs = golden.chosenRewards.length
  const { value, grads } = tf.valueAndGrads((a, b) => tf.div(run(a, b).loss, pairs) as tf.Scalar)(inputs)
  assertClose(value.dataSync(), golden.loss, 'loss')
  assertClose(grads[0]!.dataSync(), golden.gradients.chosen, 'gradient of chosen')
  assertClose(grads[1]!.dataSync(), golden.gradients.rejected, 'gradient of rejected')
  const margins = golden.chosenRewards.map((r, i) => r - golden.rejectedRewards[i]!)
  assertClose(run(inputs[0]!, inputs[1]!).margins.dataSync(), margins, 'margins')
})
