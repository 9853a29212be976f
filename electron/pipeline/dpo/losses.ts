/**
 * Direct losses on pairs, one row each. All are shares of a whole step, so that micro-batches add up exactly;
 * docs/METHODS.md lists formulas and sources.
 *
 * Dimensions: B pairs, T response positions. Labels and log-probabilities are zero at padding.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { DirectLoss, DpoConfig } from '../../contract/run-kinds/dpo.ts'

/** One response of each pair. */
export type DirectSide = {
  /** (B, T): the policy's log-probability of each token */
  logprobs: tf.Tensor
  /** (B, T): the reference's */
  refLogprobs: tf.Tensor
  /** (B): log π − log π_ref of the whole response */
  change: tf.Tensor
  /** (B, T) */
  mask: tf.Tensor
  /** (B, T): -1 deleted, 0 kept, +1 inserted */
  labels: tf.Tensor
  /** (B): Σ_t KL(π_ref ‖ π) over the vocabulary; zeros unless the loss needs distributions */
  sequentialKl: tf.Tensor
}

export type DirectPairs = {
  chosen: DirectSide
  rejected: DirectSide
  /** Of the whole step, as scalars. */
  over: {
    pairs: tf.Tensor
    /** Tokens of the chosen responses. */
    chosenTokens: tf.Tensor
    /** What KTO compares a response's change with; 0 for other losses. */
    referencePoint: tf.Tensor
  }
}

/** -log σ(x), averaged over the step's pairs. */
function logistic(margins: tf.Tensor, { over }: DirectPairs): tf.Tensor {
  return tf.div(tf.sum(tf.softplus(tf.neg(margins))), over.pairs)
}

/** -log σ(β (Δ chosen - Δ rejected)), Δ = log π - log π_ref: Rafailov et al. 2023, eq. 7. */
export function dpoLoss(pairs: DirectPairs, { beta }: Pick<DpoConfig, 'beta'>): tf.Tensor {
  return logistic(tf.mul(beta, tf.sub(pairs.chosen.change, pairs.rejected.change)), pairs)
}

/** -log σ(β (Δ chosen - Δ rejected - λ max(0, -Δ chosen))): Pal et al. 2024, DPO-Positive. */
export function dpopLoss(
  pairs: DirectPairs,
  { beta, dpopLambda }: Pick<DpoConfig, 'beta' | 'dpopLambda'>,
): tf.Tensor {
  const { chosen, rejected } = pairs
  const penalty = tf.mul(dpopLambda, tf.relu(tf.neg(chosen.change)))
  return logistic(tf.mul(beta, tf.sub(tf.sub(chosen.change, rejected.change), penalty)), pairs)
}

/** DPO - α (1/T) Σ_t log π(chosen): Pang et al. 2024; Liu et al. 2024 add the same term. */
export function rpoLoss(
  pairs: DirectPairs,
  { beta, rpoAlpha }: Pick<DpoConfig, 'beta' | 'rpoAlpha'>,
): tf.Tensor {
  const { logprobs, mask } = pairs.chosen
  const perToken = tf.div(tf.sum(logprobs, 1), tf.sum(mask, 1))
  return tf.sub(dpoLoss(pairs, { beta }), tf.mul(rpoAlpha, tf.div(tf.sum(perToken), pairs.over.pairs)))
}

/**
 * -log σ(β (D chosen - D rejected)), D = (Σ_kept l + γ Σ_changed l) / (n_kept + γ n_changed), l = log π - log π_ref of
 * a token: Yu et al. 2024 (RLHF-V), dense DPO.
 */
export function ddpoLoss(
  pairs: DirectPairs,
  { beta, ddpoGamma }: Pick<DpoConfig, 'beta' | 'ddpoGamma'>,
): tf.Tensor {
  const dense = ({ logprobs, refLogprobs, mask, labels }: DirectSide) => {
    const weights = tf.mul(mask, tf.add(1, tf.mul(ddpoGamma - 1, tf.abs(labels))))
    return tf.div(tf.sum(tf.mul(weights, tf.sub(logprobs, refLogprobs)), 1), tf.sum(weights, 1))
  }
  return logistic(tf.mul(beta, tf.sub(dense(pairs.chosen), dense(pairs.rejected))), pairs)
}

/**
 * -log σ(β (Δ chosen - Δ rejected - α (K rejected - sg K chosen))), K the sequential KL, sg without gradient: Zeng et
 * al. 2024, TDPO2. (KL of π from π_ref, summed over the response's positions.)
 */
export function tdpoLoss(
  pairs: DirectPairs,
  { beta, tdpoAlpha }: Pick<DpoConfig, 'beta' | 'tdpoAlpha'>,
): tf.Tensor {
  const { chosen, rejected } = pairs
  const kl = tf.sub(
    rejected.sequentialKl,
    constant(chosen.sequentialKl, (x) => tf.clone(x)),
  )
  const margins = tf.sub(tf.sub(chosen.change, rejected.change), tf.mul(tdpoAlpha, kl))
  return logistic(tf.mul(beta, margins), pairs)
}

/**
 * ½ (1 - σ(β (Δ chosen - z)) + 1 - σ(β (z - Δ rejected))), z the reference point: Ethayarajh et al. 2024, eq. 7, each
 * pair as a desirable and an undesirable response of the same weight.
 */
export function ktoLoss(pairs: DirectPairs, { beta }: Pick<DpoConfig, 'beta'>): tf.Tensor {
  const { chosen, rejected, over } = pairs
  const unhappy = (gain: tf.Tensor) => tf.sum(tf.sigmoid(tf.mul(-beta, gain)))
  const desirable = unhappy(tf.sub(chosen.change, over.referencePoint))
  const undesirable = unhappy(tf.sub(over.referencePoint, rejected.change))
  return tf.div(tf.add(desirable, undesirable), tf.mul(2, over.pairs))
}

type TokenWeights = Pick<DpoConfig, 'insertedWeight' | 'keptWeight' | 'deletedWeight'>

/** Tokens that the policy finds less likely than this are not pushed down further: FIGA's published code. */
const figaThreshold = -0.6

/**
 * -(w_ins Σ_inserted log π + w_kept Σ_kept log π) + w_del Σ_deleted [log π > -0.6] log π, over the chosen responses'
 * tokens: Guo et al. 2024; the threshold is from their published code.
 */
export function figaLoss(pairs: DirectPairs, weights: TokenWeights): tf.Tensor {
  const { logprobs, labels } = pairs.rejected
  const likely = constant(logprobs, (x) => tf.cast(tf.greater(x, figaThreshold), 'float32'))
  const deleted = tf.mul(tf.mul(isDeleted(labels), likely), logprobs)
  return withLikelihood(pairs, weights, tf.sum(deleted))
}

/**
 * -(w_ins Σ_inserted log π + w_kept Σ_kept log π) - w_del Σ_deleted log(1 - π), over the chosen responses' tokens: Yao
 * et al. 2023; kept tokens count in the edited response only.
 */
export function saltLoss(pairs: DirectPairs, weights: TokenWeights): tf.Tensor {
  const { logprobs, labels } = pairs.rejected
  // A token that is certain would cost infinitely much.
  const certain = 1 - 1e-6
  const complement = tf.log1p(tf.neg(tf.minimum(tf.exp(logprobs), certain)))
  return withLikelihood(pairs, weights, tf.neg(tf.sum(tf.mul(isDeleted(labels), complement))))
}

/** @param deleted what deleted tokens cost */
function withLikelihood(
  { chosen, over }: DirectPairs,
  { insertedWeight, keptWeight, deletedWeight }: TokenWeights,
  deleted: tf.Tensor,
): tf.Tensor {
  const inserted = tf.relu(chosen.labels)
  const kept = tf.sub(chosen.mask, inserted)
  const weights = tf.add(tf.mul(insertedWeight, inserted), tf.mul(keptWeight, kept))
  const likelihood = tf.sum(tf.mul(weights, chosen.logprobs))
  return tf.div(tf.sub(tf.mul(deletedWeight, deleted), likelihood), over.chosenTokens)
}

/** 1 at deleted tokens. */
function isDeleted(labels: tf.Tensor): tf.Tensor {
  return tf.relu(tf.neg(labels))
}

/** A function of x, of the same shape, through which no gradient flows. */
function constant(x: tf.Tensor, of: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [value] = args as [tf.Tensor]
    return { value: of(value), gradFunc: (dy: tf.Tensor) => [tf.zerosLike(dy)] }
  })
  return op(x)
}

/** @returns the step's loss, or this micro-batch's share of it */
type LossOfPairs = (pairs: DirectPairs, config: DpoConfig) => tf.Tensor

export const directLosses: Record<DirectLoss, LossOfPairs> = {
  dpo: dpoLoss,
  dpop: dpopLoss,
  rpo: rpoLoss,
  ddpo: ddpoLoss,
  tdpo: tdpoLoss,
  kto: ktoLoss,
  figa: figaLoss,
  salt: saltLoss,
}
