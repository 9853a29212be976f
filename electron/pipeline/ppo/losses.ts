/**
 * PPO's losses (Schulman et al. 2017, eq. 7; value clipping as in Ziegler et al. 2019). Tensor functions of (B, T)
 * arrays, summed over the mask and divided by `tokens`, the number of response tokens in the whole mini-batch.
 */
import * as tf from '@tensorflow/tfjs-core'

export interface PolicyLossInputs {
  newLogprobs: tf.Tensor
  logprobs: tf.Tensor
  advantages: tf.Tensor
  responseMask: tf.Tensor
  /** scalar */
  tokens: tf.Tensor
}

export interface PolicyLoss {
  loss: tf.Tensor
  clipfrac: tf.Tensor
  approxkl: tf.Tensor
  ratio: tf.Tensor
}

function maskedShare(x: tf.Tensor, mask: tf.Tensor, tokens: tf.Tensor): tf.Tensor {
  return tf.div(tf.sum(tf.mul(x, mask)), tokens)
}

/** mean max(-A ρ, -A clip(ρ, 1 - ε, 1 + ε)) with ρ = π_new / π_old */
export function policyLoss(
  { newLogprobs, logprobs, advantages, responseMask, tokens }: PolicyLossInputs,
  clipRange: number,
): PolicyLoss {
  const logRatio = tf.mul(tf.sub(newLogprobs, logprobs), responseMask)
  const ratio = tf.exp(logRatio)
  const plain = tf.neg(tf.mul(advantages, ratio))
  const clipped = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange)))
  return {
    loss: maskedShare(tf.maximum(plain, clipped), responseMask, tokens),
    clipfrac: maskedShare(tf.cast(tf.greater(clipped, plain), 'float32'), responseMask, tokens),
    approxkl: tf.mul(0.5, maskedShare(tf.square(logRatio), responseMask, tokens)),
    ratio: maskedShare(ratio, responseMask, tokens),
  }
}

export interface ValueLossInputs {
  newValues: tf.Tensor
  values: tf.Tensor
  returns: tf.Tensor
  responseMask: tf.Tensor
  /** scalar */
  tokens: tf.Tensor
}

/** ½ mean max((V - R)², (V_old + clip(V - V_old, ±ε) - R)²) */
export function valueLoss(
  { newValues, values, returns, responseMask, tokens }: ValueLossInputs,
  clipRangeValue: number,
): { loss: tf.Tensor; clipfrac: tf.Tensor } {
  const clippedValues = tf.add(
    values,
    tf.clipByValue(tf.sub(newValues, values), -clipRangeValue, clipRangeValue),
  )
  const plain = tf.square(tf.sub(newValues, returns))
  const clipped = tf.square(tf.sub(clippedValues, returns))
  return {
    loss: tf.mul(0.5, maskedShare(tf.maximum(plain, clipped), responseMask, tokens)),
    clipfrac: maskedShare(tf.cast(tf.greater(clipped, plain), 'float32'), responseMask, tokens),
  }
}
