/** Every reward loss and its gradient against PyTorch's autograd (test/golden/make_reward.py). */
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { RewardConfig } from '../../../electron/contract/run-kinds/reward.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { spanTargets } from '../../../electron/pipeline/reward/inputs.ts'
import { rewardLoss } from '../../../electron/pipeline/reward/losses.ts'
import { rewardOfScalar } from '../../../electron/pipeline/reward/schemes.ts'
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
  spanTargets: Sides
  classifyRewards: Sides
  schemes: Record<string, { loss: number; gradients: Sides }>
}

const golden = readGolden<Golden>('reward.json')
const sum = (rows: Rows) => rows.flat().reduce((a, b) => a + b, 0)

const cases = [
  ['bt-mean', 'bt-mean', {}],
  ['bt-changed pooling=sum keptMean=tokens', 'bt-changed', {}],
  ['bt-changed pooling=mean keptMean=tokens', 'bt-mean-changed', {}],
  ['classify mean=tokens', 'classify', {}],
  ['regress target=unit mean=tokens', 'regress', {}],
  ['regress target=spanLength mean=tokens', 'regress', { spanWeighted: true }],
  ['sequence', 'sequence', {}],
] as const

for (const [name, scheme, extra] of cases) {
  test(`${name}: loss and gradient equal those of autograd`, async () => {
    await openRuntime()
    const config = RewardConfig.parse({ scheme, keptPenalty: golden.keptPenalty, ...extra })
    const side = (which: keyof Sides, scalars: tf.Tensor) => ({
      scalars,
      mask: tf.tensor2d(golden.mask[which]),
      labels: tf.tensor2d(golden.labels[which]),
      targets: tf.tensor2d(
        config.spanWeighted ? golden.labels[which].map(spanTargets) : golden.labels[which],
      ),
    })
    const tokens = sum(golden.mask.rejected) + sum(golden.mask.edited)
    const changed = sum(golden.labels.edited) - sum(golden.labels.rejected)
    const normalizers = {
      pairs: tf.scalar(golden.mask.rejected.length),
      tokens: tf.scalar(tokens),
      keptTokens: tf.scalar(tokens - changed),
      anchorTokens: tf.scalar(1),
    }
    const loss = (rejected: tf.Tensor, edited: tf.Tensor) =>
      rewardLoss(
        {
          rejected: side('rejected', rejected),
          chosen: side('edited', edited),
          weights: tf.ones([golden.mask.edited.length]),
        },
        normalizers,
        config,
      ) as tf.Scalar
    const inputs = [tf.tensor2d(golden.tokenRewards.rejected), tf.tensor2d(golden.tokenRewards.edited)]
    const { value, grads } = tf.valueAndGrads(loss)(inputs)
    const expected = golden.schemes[name]!
    assertClose(value.dataSync(), expected.loss, 'loss')
    assertClose(grads[0]!.dataSync(), expected.gradients.rejected, 'gradient of rejected')
    assertClose(grads[1]!.dataSync(), expected.gradients.edited, 'gradient of edited')
  })
}

test('span targets divide each label by the length of its span', () => {
  assertClose(golden.labels.edited.flatMap(spanTargets), golden.spanTargets.edited, 'targets')
})

test('the reward of a classified token is 2p - 1', () => {
  const mask = golden.mask.rejected.flat()
  const rewards = golden.tokenRewards.rejected.flat().map((x, i) => mask[i]! * rewardOfScalar('classify', x))
  assertClose(rewards, golden.classifyRewards.rejected, 'rewards', { mask: golden.mask.rejected })
})
