/**
 * Every direct loss and its gradient against PyTorch and TRL: from logits (test/golden/make_direct.py), and DPO from
 * log-probabilities (test/golden/make_reward.py).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { DirectLoss, DpoConfig } from '../../../electron/contract/run-kinds/dpo.ts'
import { tokenKl, tokenLogprobs } from '../../../electron/engine/model/vocabulary.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { type DirectSide, directLosses, dpoLoss } from '../../../electron/pipeline/dpo/losses.ts'
import { assertClose, readGolden } from '../../golden.ts'

interface Golden {
  config: Partial<DpoConfig>
  ids: number[][]
  mask: number[][]
  labels: number[][]
  policyLogits: number[][][]
  refLogits: number[][][]
  referencePoint: number
  /** Per row: rejected responses, then chosen ones. */
  changes: number[]
  losses: Record<DirectLoss, { loss: number; gradient: number[][][] }>
}

type Sides = Record<'chosen' | 'rejected', number[][]>
interface DpoGolden {
  beta: number
  mask: Sides
  policyLogprobs: Sides
  refLogprobs: Sides
  loss: number
  gradients: Sides
}

/** Both responses of each pair, computed from logits (2B, T, V) as training computes them from hidden states. */
function sidesOf(golden: Golden, logits: tf.Tensor): Record<'rejected' | 'chosen', DirectSide> {
  const [rows, width, vocabulary] = logits.shape as [number, number, number]
  const mask = tf.tensor2d(golden.mask)
  // With the identity as output matrix, logits are hidden states.
  const over = (hidden: tf.Tensor) => ({
    hidden: tf.reshape(hidden, [rows * width, vocabulary]),
    matrix: tf.eye(vocabulary),
    ids: tf.reshape(tf.tensor2d(golden.ids, [rows, width], 'int32'), [-1]),
    softcap: null,
    temperature: 1,
  })
  const masked = (numbers: tf.Tensor) => tf.mul(tf.reshape(numbers, [rows, width]), mask)
  const reference = over(tf.tensor3d(golden.refLogits))
  const [logprobs, refLogprobs] = [tokenLogprobs(over(logits)), tokenLogprobs(reference)].map(masked)
  const change = tf.sub(tf.sum(logprobs!, 1), tf.sum(refLogprobs!, 1))
  const sequentialKl = tf.sum(masked(tokenKl(over(logits), reference)), 1)
  const all = { logprobs: logprobs!, refLogprobs: refLogprobs!, change, mask, sequentialKl }
  const labels = tf.tensor2d(golden.labels)
  const side = (half: 0 | 1): DirectSide => {
    const part = (x: tf.Tensor) => tf.split(x, 2, 0)[half]!
    return {
      logprobs: part(all.logprobs),
      refLogprobs: part(all.refLogprobs),
      change: part(all.change),
      mask: part(all.mask),
      labels: part(labels),
      sequentialKl: part(all.sequentialKl),
    }
  }
  return { rejected: side(0), chosen: side(1) }
}

export function testDirectLosses(): void {
  const golden = readGolden<Golden>('direct.json')
  const pairs = golden.ids.length / 2
  const chosenTokens = golden.mask.slice(pairs).flat().filter(Boolean).length

  for (const name of DirectLoss.options) {
    test(`${name}: value and gradient are those of autograd`, () => {
      const config = DpoConfig.parse({ ...golden.config, loss: name })
      const fn = compile(`golden_${name}`, ({ logits }: { logits: tf.Tensor }) => {
        const over = {
          pairs: tf.scalar(pairs),
          chosenTokens: tf.scalar(chosenTokens),
          referencePoint: tf.scalar(golden.referencePoint),
        }
        const lossOf = (x: tf.Tensor) =>
          tf.reshape(directLosses[name]({ ...sidesOf(golden, x), over }, config), []) as tf.Scalar
        const { value, grad } = tf.valueAndGrad(lossOf)(logits)
        return { value: value as tf.Tensor, grad }
      })
      const { value, grad } = fn.values({ logits: tf.tensor3d(golden.policyLogits) })
      fn.dispose()
      const expected = golden.losses[name]
      assertClose(value, expected.loss, 'loss')
      assertClose(grad, expected.gradient, 'gradient')
      assert.ok(grad.some((x) => Math.abs(x) > 1e-3))
    })
  }

  test('the change of each response is that of autograd', () => {
    const { rejected, chosen } = sidesOf(golden, tf.tensor3d(golden.policyLogits))
    const changes = [...rejected.change.dataSync(), ...chosen.change.dataSync()]
    assertClose(changes, golden.changes, 'changes')
  })

  test('dpo: value and gradient by log-probability are those of autograd', () => {
    const dpo = readGolden<DpoGolden>('dpo.json')
    const side = (logprobs: tf.Tensor, of: keyof Sides): DirectSide => {
      const mask = tf.tensor2d(dpo.mask[of])
      const refLogprobs = tf.mul(tf.tensor2d(dpo.refLogprobs[of]), mask)
      const masked = tf.mul(logprobs, mask)
      const change = tf.sub(tf.sum(masked, 1), tf.sum(refLogprobs, 1))
      const zeros = tf.zerosLike(change)
      return { logprobs: masked, refLogprobs, change, mask, labels: tf.zerosLike(mask), sequentialKl: zeros }
    }
    const over = {
      pairs: tf.scalar(dpo.mask.chosen.length),
      chosenTokens: tf.scalar(1),
      referencePoint: tf.scalar(0),
    }
    const run = (chosen: tf.Tensor, rejected: tf.Tensor) =>
      dpoLoss({ chosen: side(chosen, 'chosen'), rejected: side(rejected, 'rejected'), over }, dpo)
    const inputs = [tf.tensor2d(dpo.policyLogprobs.chosen), tf.tensor2d(dpo.policyLogprobs.rejected)]
    const { value, grads } = tf.valueAndGrads((a, b) => run(a, b) as tf.Scalar)(inputs)
    assertClose(value.dataSync(), dpo.loss, 'loss')
    assertClose(grads[0]!.dataSync(), dpo.gradients.chosen, 'gradient of chosen')
    assertClose(grads[1]!.dataSync(), dpo.gradients.rejected, 'gradient of rejected')
  })

  test('the KL of some rows at a time is that of all at once, gradient included', () => {
    const logits = tf.reshape(tf.tensor3d(golden.policyLogits), [-1, golden.policyLogits[0]![0]!.length])
    const reference = tf.reshape(tf.tensor3d(golden.refLogits), logits.shape)
    const vocabulary = logits.shape[1]!
    const rowsOf = (hidden: tf.Tensor) => ({
      hidden,
      matrix: tf.eye(vocabulary),
      ids: tf.zeros([logits.shape[0]!], 'int32'),
      softcap: 3,
      temperature: 1,
    })
    const run = (limit?: number) =>
      tf.valueAndGrad((x: tf.Tensor) => tf.sum(tokenKl(rowsOf(x), rowsOf(reference), limit)) as tf.Scalar)(
        logits,
      )
    const [whole, parts] = [run(), run(5 * vocabulary)]
    assertClose(parts.value.dataSync(), whole.value.dataSync()[0]!, 'KL')
    assertClose(parts.grad.dataSync(), [...whole.grad.dataSync()], 'gradient', { absolute: 1e-5 })
    assert.ok(whole.value.dataSync()[0]! > 1)
  })
}
