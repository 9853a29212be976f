/** The rules of `schemes.ts` inside the graph, for the training metrics. A test compares both. */
import * as tf from '@tensorflow/tfjs-core'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { type Scheme, schemes } from './schemes.ts'

/** One side of a batch of pairs, (B, T). */
export interface MaskedScalars {
  /** The head's output at each token. */
  scalars: tf.Tensor
  /** 1 at response tokens. */
  mask: tf.Tensor
}

const rewardTensors: Record<Scheme['reward'], (scalars: tf.Tensor) => tf.Tensor> = {
  identity: (scalars) => scalars,
  tanhHalf: (scalars) => tf.tanh(tf.mul(scalars, 0.5)),
}

const scoreTensors: Record<Scheme['score'], (rewards: MaskedScalars) => tf.Tensor> = {
  mean: maskedMean,
  last: lastScalar,
}

/** The rewards of all tokens. (B, T) */
export function tokenRewardTensor(scheme: RewardScheme, scalars: tf.Tensor): tf.Tensor {
  return rewardTensors[schemes[scheme].reward](scalars)
}

/** S(y) of each response. (B) */
export function sequenceScoreTensor(scheme: RewardScheme, { scalars, mask }: MaskedScalars): tf.Tensor {
  return scoreTensors[schemes[scheme].score]({ scalars: tokenRewardTensor(scheme, scalars), mask })
}

/** Mean over the response; 0 if it has no token. (B) */
export function maskedMean({ scalars, mask }: MaskedScalars): tf.Tensor {
  return tf.div(tf.sum(tf.mul(scalars, mask), 1), tf.maximum(tf.sum(mask, 1), 1))
}

/** At the last response token. (B) */
export function lastScalar({ scalars, mask }: MaskedScalars): tf.Tensor {
  const length = mask.shape[1]!
  const next = tf.pad(tf.slice(mask, [0, 1], [mask.shape[0]!, length - 1]), [
    [0, 0],
    [0, 1],
  ])
  return tf.sum(tf.mul(scalars, tf.sub(mask, next)), 1)
}
