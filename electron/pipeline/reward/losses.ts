/**
 * The reward losses, one per scheme (docs/PAPER.md has their origins). Pure functions of token rewards; each is the mean
 * over the pairs of the step, or over its tokens for the schemes that learn labels.
 *
 * Rows: B pairs. `rejected` is the rejected response, `chosen` the edited or the chosen one. Everything is (B, T), masks
 * are 1 at response tokens, labels are -1, 0, +1 as `label/` makes them, or
 * between for tokens that only some of an item's editors deleted: these count as changed and as kept by their share.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { RewardConfig, RewardScheme } from '../../contract/run-kinds/reward.ts'
import { lastScalar, type MaskedScalars, maskedMean, tokenRewardTensor } from './tensors.ts'

export interface RewardSide extends MaskedScalars {
  labels: tf.Tensor
  /** Labels, or labels divided by the length of their span (`regress`). */
  targets: tf.Tensor
}

export interface RewardPairs {
  rejected: RewardSide
  chosen: RewardSide
  /** (B): how much each pair counts (`bt-balanced`). */
  weights: tf.Tensor
}

/** What the step's sums are divided by, so that micro-batches add up. */
export type RewardNormalizers = {
  pairs: tf.Tensor
  /** Response tokens on both sides. */
  tokens: tf.Tensor
  /** Kept tokens on both sides. */
  keptTokens: tf.Tensor
  /** Tokens of the responses that are held at zero; 1 without any. */
  anchorTokens: tf.Tensor
}

/** @returns a scalar: the micro-batch's share of the step's loss */
export type RewardLoss = (
  pairs: RewardPairs,
  normalizers: RewardNormalizers,
  config: RewardConfig,
) => tf.Tensor

const losses: Record<RewardScheme, RewardLoss> = {
  'bt-mean': btMeanLoss,
  'bt-changed': (pairs, normalizers, { keptPenalty }) => btChangedLoss(pairs, normalizers, keptPenalty),
  'bt-mean-changed': (pairs, normalizers, { keptPenalty }) =>
    btMeanChangedLoss(pairs, normalizers, keptPenalty),
  'bt-balanced': (pairs, normalizers, { keptPenalty }) => btBalancedLoss(pairs, normalizers, keptPenalty),
  classify: classifyLoss,
  regress: regressLoss,
  sequence: sequenceLoss,
}

export function rewardLoss(
  pairs: RewardPairs,
  normalizers: RewardNormalizers,
  config: RewardConfig,
): tf.Tensor {
  return losses[config.scheme](pairs, normalizers, config)
}

/** Bradley–Terry: -log sigmoid(chosen - rejected), summed over pairs. (B), (B) */
function bradleyTerry(chosen: tf.Tensor, rejected: tf.Tensor): tf.Tensor {
  return tf.sum(pairLosses(chosen, rejected))
}

/** (B) */
function pairLosses(chosen: tf.Tensor, rejected: tf.Tensor): tf.Tensor {
  return tf.softplus(tf.sub(rejected, chosen))
}

/** -log σ(S(edited) - S(rejected)) on mean token reward: the paper's, as a third-party reading gives it. */
export function btMeanLoss({ rejected, chosen }: RewardPairs, { pairs }: RewardNormalizers): tf.Tensor {
  return tf.div(bradleyTerry(maskedMean(chosen), maskedMean(rejected)), pairs)
}

/**
 * Bradley–Terry on the sum over changed tokens, with kept tokens held at zero by a penalty on their mean square (the
 * paper's equal-length simplification, in which kept tokens cancel; the penalty is ours).
 */
export function btChangedLoss(
  sides: RewardPairs,
  normalizers: RewardNormalizers,
  keptPenalty: number,
): tf.Tensor {
  const preference = bradleyTerry(changedSum(sides.chosen), changedSum(sides.rejected))
  return withKeptPenalty(tf.div(preference, normalizers.pairs), sides, normalizers, keptPenalty)
}

function changedSum({ scalars, labels }: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(scalars, tf.abs(labels)), 1)
}

/** The same on the mean over changed tokens, so that a long edit weighs the same as a short one. */
export function btMeanChangedLoss(
  sides: RewardPairs,
  normalizers: RewardNormalizers,
  keptPenalty: number,
): tf.Tensor {
  const preference = bradleyTerry(changedMean(sides.chosen), changedMean(sides.rejected))
  return withKeptPenalty(tf.div(preference, normalizers.pairs), sides, normalizers, keptPenalty)
}

/** The same, each pair with its weight (`balance.ts`), so that a constant for changed tokens gains nothing. */
export function btBalancedLoss(
  sides: RewardPairs,
  normalizers: RewardNormalizers,
  keptPenalty: number,
): tf.Tensor {
  const losses = pairLosses(changedMean(sides.chosen), changedMean(sides.rejected))
  const preference = tf.div(tf.sum(tf.mul(sides.weights, losses)), normalizers.pairs)
  return withKeptPenalty(preference, sides, normalizers, keptPenalty)
}

/** 0 for a side without changed tokens. (B) */
function changedMean(side: RewardSide): tf.Tensor {
  const count = tf.sum(tf.abs(side.labels), 1)
  return tf.div(changedSum(side), tf.add(count, tf.cast(tf.equal(count, 0), 'float32')))
}

/** Adds the penalty on the mean squared reward of kept tokens. */
function withKeptPenalty(
  loss: tf.Tensor,
  { rejected, chosen }: RewardPairs,
  { keptTokens }: RewardNormalizers,
  keptPenalty: number,
): tf.Tensor {
  const kept = tf.add(keptSquares(chosen), keptSquares(rejected))
  return tf.add(loss, tf.mul(keptPenalty, tf.div(kept, keptTokens)))
}

/** 1 at kept tokens. */
function keptMask({ mask, labels }: RewardSide): tf.Tensor {
  return tf.mul(mask, tf.sub(1, tf.abs(labels)))
}

function keptSquares(side: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(tf.square(side.scalars), keptMask(side)))
}

/** Cross-entropy of each token's logit against targets 0, ½, 1 (TLCR, Findings of ACL 2024). */
export function classifyLoss({ rejected, chosen }: RewardPairs, { tokens }: RewardNormalizers): tf.Tensor {
  return tf.div(tf.add(classifySide(rejected), classifySide(chosen)), tokens)
}

function classifySide({ scalars, mask, labels }: RewardSide): tf.Tensor {
  const targets = tf.mul(tf.add(labels, 1), 0.5)
  return tf.sum(tf.mul(tf.sub(tf.softplus(scalars), tf.mul(targets, scalars)), mask))
}

/** Squared error to the label, or to the label divided by the length of its span: an ablation. */
export function regressLoss({ rejected, chosen }: RewardPairs, { tokens }: RewardNormalizers): tf.Tensor {
  return tf.div(tf.add(regressSide(rejected), regressSide(chosen)), tokens)
}

function regressSide({ scalars, mask, targets }: RewardSide): tf.Tensor {
  return tf.sum(tf.mul(tf.square(tf.sub(scalars, targets)), mask))
}

/** Ordinary RLHF: Bradley–Terry on the score at the last response token (Ouyang et al. 2022). */
export function sequenceLoss({ rejected, chosen }: RewardPairs, { pairs }: RewardNormalizers): tf.Tensor {
  return tf.div(bradleyTerry(lastScalar(chosen), lastScalar(rejected)), pairs)
}

/** Mean squared token reward of responses that no one has judged (`anchor.ts`). */
export function anchorSquare(
  scheme: RewardScheme,
  { scalars, mask }: MaskedScalars,
  { anchorTokens }: Pick<RewardNormalizers, 'anchorTokens'>,
): tf.Tensor {
  return tf.div(tf.sum(tf.mul(tf.square(tokenRewardTensor(scheme, scalars)), mask)), anchorTokens)
}
