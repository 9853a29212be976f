/** Trains a reward model on labelled pairs, by any of the five schemes. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import { type Model, scalarModelParameters, weightsOf } from '../../engine/model/model.ts'
import type { Weights } from '../../engine/model/weights.ts'
import { commonLengths, type ResponseLengths } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'
import {
  bestThreshold,
  labelledTokens,
  type RewardQuality,
  rewardQuality,
  type ScoredPair,
  tokenF1,
} from './evaluate.ts'
import type { RewardPair } from './examples.ts'
import { type PairInputs, pairInputs } from './inputs.ts'
import {
  lastScalar,
  maskedMean,
  type RewardNormalizers,
  type RewardPairs,
  type RewardSide,
  rewardLoss,
} from './losses.ts'
import { RewardScorer, rewardScalars } from './model.ts'

export interface RewardData {
  train: RewardPair[]
  heldout: RewardPair[]
}

export interface RewardResult extends RunEnd {
  /** Null while paused, and where nothing is held out. */
  heldout: HeldoutRewards | null
}

export interface HeldoutRewards {
  quality: RewardQuality
  scored: ScoredPair[]
  /** The reward below which a token is called bad, and the F1 of it; null for models without token rewards. */
  tokens: { threshold: number; f1: number } | null
}

/** How many training pairs the F1 threshold is chosen on. */
const thresholdPairs = 64

/**
 * Trains the model (with its score head) in place.
 * @throws UserError when the pairs can't teach anything
 */
export async function trainReward(
  model: Model,
  data: RewardData,
  padId: number,
  config: RewardConfig,
  hooks: RunHooks,
): Promise<RewardResult> {
  checkPairs(data, config)
  const all = [...data.train, ...data.heldout].flatMap((pair) => [pair.worse, pair.better])
  const lengths = commonLengths(all)
  const scorer = new RewardScorer(model, config.scheme, padId)
  const score = (pairs: RewardPair[]) => scorePairs(scorer, pairs, config.batchSize, lengths)
  // The last step's are the result's: a large model takes minutes for them.
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
          sides: pairInputs(microBatch, padId, lengths, config.spanWeighted),
          over: normalizers(wholeStep),
        }),
        loss: (parameters, inputs: LossInputs) =>
          pairLoss(
            model,
            weightsOf(model, (name) => parameters.get(name)),
            inputs,
            config,
          ),
        ...(data.heldout.length > 0 && { evaluate }),
      },
      config,
      hooks,
    )
    if (end.state === 'paused' || data.heldout.length === 0) return { ...end, heldout: null }
    const threshold =
      config.scheme === 'sequence' ? null : bestThreshold(score(data.train.slice(0, thresholdPairs)))
    return { ...end, heldout: heldoutRewards(heldout ?? score(data.heldout), threshold, config) }
  } finally {
    scorer.dispose()
  }
}

function checkPairs({ train }: RewardData, config: RewardConfig): void {
  if (train.length === 0) {
    throw new UserError(
      'bad_input',
      'There is no pair to train on. Import edits (or preferences) or finish some annotations first.',
    )
  }
  const labelled = train.some(({ worse, better }) =>
    [...worse.labels, ...better.labels].some((label) => label !== 0),
  )
  if (config.scheme !== 'sequence' && !labelled) {
    throw new UserError(
      'bad_input',
      `None of the ${train.length} pairs has a labelled token, so scheme ${config.scheme} has nothing to learn. Use pairs "edited", or train scheme "sequence" on pairs "original".`,
    )
  }
}

/** Pairs, response tokens and kept tokens of the whole step, as scalars. */
function normalizers(pairs: readonly RewardPair[]): RewardNormalizers {
  const labels = pairs.flatMap(({ worse, better }) => [...worse.labels, ...better.labels])
  const kept = labels.filter((label) => label === 0).length
  return {
    pairs: tf.scalar(pairs.length),
    tokens: tf.scalar(labels.length),
    keptTokens: tf.scalar(Math.max(1, kept)),
  }
}

type LossInputs = { sides: PairInputs; over: RewardNormalizers }

/** Loss and metrics of one micro-batch, each a share of the step's. */
function pairLoss(model: Model, weights: Weights, { sides, over }: LossInputs, config: RewardConfig) {
  const { batch, labels, targets } = sides
  const scalars = rewardScalars(model, weights, batch, config.gradientCheckpointing)
  const mask = batch.responseMask
  const halves = [scalars, mask, labels, targets].map((x) => tf.split(x, 2, 0))
  const side = (i: 0 | 1) => {
    const [s, m, l, t] = halves.map((half) => half[i]!)
    return { scalars: s!, mask: m!, labels: l!, targets: t! }
  }
  const pairs: RewardPairs = { worse: side(0), better: side(1) }
  const margins = tf.sub(scoreRows(pairs.better, config), scoreRows(pairs.worse, config))
  const wins = tf.sum(tf.cast(tf.greater(margins, 0), 'float32'))
  const rewards = rewardTensor(scalars, config.scheme)
  const kept = tf.sum(tf.mul(tf.mul(rewards, mask), tf.sub(1, tf.abs(labels))))
  return {
    loss: rewardLoss(pairs, over, config),
    metrics: {
      'reward/accuracy': tf.div(wins, over.pairs),
      'reward/margin': tf.div(tf.sum(margins), over.pairs),
      'reward/kept_mean': tf.div(kept, over.keptTokens),
    },
  }
}

/** `rewardOfScalar` inside the graph. */
function rewardTensor(scalars: tf.Tensor, scheme: RewardConfig['scheme']): tf.Tensor {
  return scheme === 'classify' ? tf.tanh(tf.mul(scalars, 0.5)) : scalars
}

/** `sequenceScore` inside the graph, for the training metrics. (B) */
function scoreRows(side: RewardSide, { scheme }: RewardConfig): tf.Tensor {
  if (scheme === 'sequence') return lastScalar(side)
  return maskedMean({ ...side, scalars: rewardTensor(side.scalars, scheme) })
}

function scorePairs(
  scorer: RewardScorer,
  pairs: RewardPair[],
  batchSize: number,
  lengths: ResponseLengths,
): ScoredPair[] {
  const worse = scorer.tokenRewards(
    pairs.map((p) => p.worse),
    batchSize,
    lengths,
  )
  const better = scorer.tokenRewards(
    pairs.map((p) => p.better),
    batchSize,
    lengths,
  )
  return pairs.map((pair, i) => ({ pair, worse: worse[i]!, better: better[i]! }))
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
