/**
 * The reward losses, one a scheme (docs/PAPER.md has their origins). Pure functions of token rewards; each is the mean over
 * the pairs of the step (or over its tokens, for the per-token schemes).
 *
 * Rows: B pairs. `worse` is the rejected response, `better` the edited (or preferred) one. Everything is (B, T),
 * masks are 1 at response tokens, labels are -1, 0, +1 as `label/` makes them.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'

export interface RewardSide {
  /** What the scalar head says at each token. */
  scalars: tf.Tensor
  mask: tf.Tensor
  labels: tf.Tensor
  /** Labels, or labels divided by the length of their span (`regress`). */
  targets: tf.Tensor
}

export interface RewardPairs {
  worse: RewardSide
  better: RewardSide
}

/** What the step's sums are divided by, so that micro-batches add up. */
export type RewardNormalizers = {
  pairs: tf.Tensor
  /** Response tokens on both sides. */
  tokens: tf.Tensor
  /** Kept tokens on both sides. */
  keptTokens: tf.Tensor
}

export function rewardLoss(
  pairs: RewardPairs,
  normalizers: RewardNormalizers,
  config: RewardConfig,
): tf.Tensor {
  switch (config.scheme) {
    case 'bt-mean':
      return btMeanLoss(pairs, normalizers)
    case 'bt-changed':
      return btChangedLoss(pairs, normalizers, config.keptPenalty)
    case 'classify':
      return classifyLoss(pairs, normalizers)
    case 'regress':
      return regressLoss(pairs, normalizers)
    case 'sequence':
      return sequenceLoss(pairs, normalizers)
  }
}

/** Bradley–Terry: -log sigmoid(better - worse), summed over pairs. (B), (B) */
function bradleyTerry(better: tf.Tensor, worse: tf.Tensor): tf.Tensor {
  return tf.sum(tf.softplus(tf.sub(worse, better)))
}

/** -log σ(S(edited) - S(rejected)) on mean token reward: the paper's, as a third-party reading gives it. */
export function btMeanLoss({ worse, better }: RewardPairs, { pairs }: RewardNormalizers): tf.Tensor {
  return tf.div(bradleyTerry(maskedMean(better), maskedMean(worse)), pairs)
}

/** Mean over the response. (B) */
export function maskedMean({ scalars, mask }: RewardSide): tf.Tensor {
  return tf.div(tf.sum(tf.mul(scalars, mask), 1), tf.maximum(tf.sum(mask, 1), 1))
}

/**
 * Bradley–Terry on the sum over changed tokens, kept tokens held at zero by a penalty on their mean square
 * (the paper's equal-length simplification, in which kept tokens cancel; the penalty is ours).
 */
export function btChangedLoss(
  sides: RewardPairs,
  { pairs, keptTokens }: RewardNormalizers,
  keptPenalty: number,
): tf.Tensor {
  const preference = tf.div(bradleyTerry(changedSum(sides.better), changedSum(sides.worse)), pairs)
  const kept = tf.add(keptSquares(sides.better), keptSquares(sides.worse))
  return tf.add(preference, tf.mul(keptPenalty, tf.div(kept, keptTokens)))
}

function changedSum({ scalars, labels }: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(scalars, tf.abs(labels)), 1)
}

/** 1 at tokens that nobody changed. */
function keptMask({ mask, labels }: RewardSide): tf.Tensor {
  return tf.mul(mask, tf.sub(1, tf.abs(labels)))
}

function keptSquares(side: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(tf.square(side.scalars), keptMask(side)))
}

/** Cross-entropy of each token's logit against targets 0, ½, 1 (TLCR, Findings of ACL 2024). */
export function classifyLoss({ worse, better }: RewardPairs, { tokens }: RewardNormalizers): tf.Tensor {
  return tf.div(tf.add(classifySide(worse), classifySide(better)), tokens)
}

function classifySide({ scalars, mask, labels }: RewardSide): tf.Tensor {
  const targets = tf.mul(tf.add(labels, 1), 0.5)
  return tf.sum(tf.mul(tf.sub(tf.softplus(scalars), tf.mul(targets, scalars)), mask))
}

/** Squared error to the label, or to the label divided by the length of its span: an ablation. */
export function regressLoss(sides: RewardPairs, { tokens }: RewardNormalizers): tf.Tensor {
  return tf.div(tf.add(regressSide(sides.worse), regressSide(sides.better)), tokens)
}

function regressSide({ scalars, mask, targets }: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(tf.square(tf.sub(scalars, targets)), mask))
}

/** Ordinary RLHF: Bradley–Terry on the score at the last response token (Ouyang et al. 2022). */
export function sequenceLoss({ worse, better }: RewardPairs, { pairs }: RewardNormalizers): tf.Tensor {
  return tf.div(bradleyTerry(lastScalar(better), lastScalar(worse)), pairs)
}

/** At the last response token. (B) */
export function lastScalar({ scalars, mask }: RewardSide): tf.Tensor {
  const length = mask.shape[1]!
  const next = tf.pad(tf.slice(mask, [0, 1], [mask.shape[0]!, length - 1]), [
    [0, 0],
    [0, 1],
  ])
  return tf.sum(tf.mul(scalars, tf.sub(mask, next)), 1)
}
