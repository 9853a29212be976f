/** Trains a reward model on labelled pairs, by any scheme. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import { type Model, scalarModelParameters, weightsOf } from '../../engine/model/model.ts'
import type { Weights } from '../../engine/model/weights.ts'
import { commonLengths, type QueryResponse, type ResponseLengths } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'
import { sideWeights } from './balance.ts'
import {
  bestThreshold,
  labelledTokens,
  meanOfKept,
  type RewardQuality,
  rewardQuality,
  type ScoredPair,
  tokenF1,
} from './evaluate.ts'
import type { RewardPair } from './examples.ts'
import { type InputOptions, type PairInputs, pairInputs } from './inputs.ts'
import {
  anchorSquare,
  type RewardNormalizers,
  type RewardPairs,
  type RewardSide,
  rewardLoss,
} from './losses.ts'
import { RewardScorer, rewardScalars } from './model.ts'
import { schemes } from './schemes.ts'
import { sequenceScoreTensor, tokenRewardTensor } from './tensors.ts'

export interface RewardInputs {
  /** With its score head. */
  model: Model
  padId: number
  train: RewardPair[]
  heldout: RewardPair[]
  /** Responses of the model before training, no longer than the pairs', that are held at zero; none without a penalty. */
  anchors: QueryResponse[]
}

export interface RewardResult extends RunEnd {
  /** Null while paused, and if nothing is held out. */
  heldout: HeldoutRewards | null
  /**
   * Mean reward of kept tokens on training pairs: held-out ones would leak into PPO, whose policy is judged on the prompts
   * of the same documents. Null while paused, for a scheme that rewards no tokens, and if no token is kept.
   */
  keptMean: number | null
}

export interface HeldoutRewards {
  quality: RewardQuality
  scored: ScoredPair[]
  /** The reward below which a token is called bad, and its F1 (null if no held-out token is bad); null for models without token rewards. */
  tokens: { threshold: number; f1: number | null } | null
}

/** Training pairs on which the F1 threshold is chosen and the mean of kept tokens measured. */
const measuredPairs = 64

/**
 * Trains the model in place.
 * @throws UserError if the pairs can't teach anything
 */
export async function trainReward(
  { model, padId, anchors, ...data }: RewardInputs,
  config: RewardConfig,
  hooks: RunHooks,
): Promise<RewardResult> {
  checkPairs(data.train, config)
  const all = [...data.train, ...data.heldout].flatMap(({ rejected, chosen }) => [rejected, chosen])
  const lengths = commonLengths(all)
  const weights = weightsByPair(data.train, config)
  const anchorOf = anchoring(data.train, anchors)
  const scorer = new RewardScorer(model, config.scheme, padId)
  const score = (pairs: RewardPair[]) => scorePairs(scorer, pairs, config.batchSize, lengths)
  // Those of the last step are the result's: a large model takes minutes to score them.
  let heldout: ScoredPair[] | null = null
  const evaluate = () => {
    heldout = score(data.heldout)
    return heldoutMetrics(rewardQuality(heldout, config.scheme))
  }
  try {
    const end = await trainSupervised(
      {
        name: `reward_${config.scheme}`,
        examples: data.train,
        parameters: scalarModelParameters(model),
        inputs: (microBatch, wholeStep) => ({
          sides: pairInputs(microBatch, padId, lengths, {
            spanWeighted: config.spanWeighted,
            weightOf: (pair) => weights.get(pair)!,
            anchorOf,
          }),
          over: normalizers(wholeStep, anchorOf),
        }),
        loss: (parameters, inputs: LossInputs) => {
          const weights = weightsOf(model, (name) => parameters.get(name))
          return pairLoss(model, weights, inputs, config)
        },
        ...(data.heldout.length > 0 && { evaluate }),
      },
      config,
      hooks,
    )
    if (end.state === 'paused') return { ...end, heldout: null, keptMean: null }
    const isHeldOut = data.heldout.length > 0
    const { rewardsTokens } = schemes[config.scheme]
    const measured = rewardsTokens ? score(data.train.slice(0, measuredPairs)) : null
    const scored = isHeldOut ? (heldout ?? score(data.heldout)) : []
    const threshold = measured && isHeldOut ? bestThreshold(measured) : null
    return {
      ...end,
      heldout: isHeldOut ? heldoutRewards(scored, threshold, config) : null,
      keptMean: measured && meanOfKept(measured),
    }
  } finally {
    scorer.dispose()
  }
}

/** How much each pair counts in the loss. */
function weightsByPair(pairs: readonly RewardPair[], { scheme }: RewardConfig): Map<RewardPair, number> {
  const weights = schemes[scheme].balancesSides ? sideWeights(pairs) : pairs.map(() => 1)
  return new Map(pairs.map((pair, i) => [pair, weights[i]!]))
}

/** Gives the pairs an anchor each, in turn, so that a step has as many as pairs; null without any. */
function anchoring(
  pairs: readonly RewardPair[],
  anchors: readonly QueryResponse[],
): InputOptions['anchorOf'] {
  if (anchors.length === 0) return null
  const byPair = new Map(pairs.map((pair, i) => [pair, anchors[i % anchors.length]!]))
  return (pair) => byPair.get(pair)!
}

function checkPairs(train: readonly RewardPair[], { scheme }: RewardConfig): void {
  if (train.length === 0) {
    throw new UserError(
      'bad_input',
      'There is no pair to train on. Import edits (or preferences) or finish some annotations first.',
    )
  }
  const areLabelled = train.some(({ rejected, chosen }) =>
    [...rejected.labels, ...chosen.labels].some((label) => label !== 0),
  )
  if (schemes[scheme].rewardsTokens && !areLabelled) {
    throw new UserError(
      'bad_input',
      `None of the ${train.length} pairs has a labelled token, so scheme ${scheme} has nothing to learn. Use pairs "edited", or train scheme "sequence" on pairs "original".`,
    )
  }
}

/** Pairs, response tokens, kept tokens and anchors' tokens of the whole step, as scalars. */
function normalizers(pairs: readonly RewardPair[], anchorOf: InputOptions['anchorOf']): RewardNormalizers {
  const labels = pairs.flatMap(({ rejected, chosen }) => [...rejected.labels, ...chosen.labels])
  const kept = labels.reduce((sum, label) => sum + 1 - Math.abs(label), 0)
  return {
    pairs: tf.scalar(pairs.length),
    tokens: tf.scalar(labels.length),
    keptTokens: tf.scalar(Math.max(1, kept)),
    anchorTokens: tf.scalar(
      anchorOf ? pairs.reduce((sum, pair) => sum + anchorOf(pair).response.length, 0) : 1,
    ),
  }
}

type LossInputs = { sides: PairInputs; over: RewardNormalizers }

/** Loss and metrics of one micro-batch, each a share of the step's. */
function pairLoss(model: Model, weights: Weights, { sides, over }: LossInputs, config: RewardConfig) {
  const { batch, labels, targets, weights: pairWeights } = sides
  const scalars = rewardScalars(model, weights, batch, config.gradientCheckpointing)
  const mask = batch.responseMask
  const split = (x: tf.Tensor) => tf.split(x, x.shape[0]! / pairWeights.shape[0]!, 0)
  const parts = [scalars, mask, labels, targets].map(split)
  const side = (i: 0 | 1) => {
    const [s, m, l, t] = parts.map((part) => part[i]!)
    return { scalars: s!, mask: m!, labels: l!, targets: t! }
  }
  const [anchorScalars, anchorMask] = [parts[0]![2], parts[1]![2]]
  const anchor =
    anchorScalars && anchorMask
      ? anchorSquare(config.scheme, { scalars: anchorScalars, mask: anchorMask }, over)
      : null
  const pairs: RewardPairs = { rejected: side(0), chosen: side(1), weights: pairWeights }
  const scores = (half: 'rejected' | 'chosen') => sequenceScoreTensor(config.scheme, pairs[half])
  const margins = tf.sub(scores('chosen'), scores('rejected'))
  const wins = tf.sum(tf.cast(tf.greater(margins, 0), 'float32'))
  const keptSum = ({ scalars: own, mask: isToken, labels: changed }: RewardSide) =>
    tf.sum(tf.mul(tf.mul(tokenRewardTensor(config.scheme, own), isToken), tf.sub(1, tf.abs(changed))))
  const kept = tf.add(keptSum(pairs.rejected), keptSum(pairs.chosen))
  const loss = rewardLoss(pairs, over, config)
  return {
    loss: anchor ? tf.add(loss, tf.mul(config.anchorPenalty, anchor)) : loss,
    metrics: {
      'reward/accuracy': tf.div(wins, over.pairs),
      'reward/margin': tf.div(tf.sum(margins), over.pairs),
      'reward/kept_mean': tf.div(kept, over.keptTokens),
    },
  }
}

function scorePairs(
  scorer: RewardScorer,
  pairs: RewardPair[],
  batchSize: number,
  lengths: ResponseLengths,
): ScoredPair[] {
  const rewardsOf = (side: 'rejected' | 'chosen') =>
    scorer.tokenRewards(
      pairs.map((pair) => pair[side]),
      batchSize,
      lengths,
    )
  const rejected = rewardsOf('rejected')
  const chosen = rewardsOf('chosen')
  return pairs.map((pair, i) => ({ pair, rejected: rejected[i]!, chosen: chosen[i]! }))
}

function heldoutMetrics({ accuracy, tokens }: RewardQuality) {
  return {
    'reward/heldout_accuracy': accuracy,
    ...(tokens?.auroc != null ? { 'reward/token_auroc': tokens.auroc } : {}),
  }
}

/** @param threshold below which a token is called bad; null for a scheme without token rewards */
function heldoutRewards(
  scored: ScoredPair[],
  threshold: number | null,
  { scheme }: RewardConfig,
): HeldoutRewards {
  const quality = rewardQuality(scored, scheme)
  if (threshold === null) return { quality, scored, tokens: null }
  const { rewards, labels } = labelledTokens(scored)
  return { quality, scored, tokens: { threshold, f1: tokenF1(rewards, labels, threshold) } }
}
