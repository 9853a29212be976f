/** Trains a policy on pairs directly, by any loss of the table: no reward model, no sampling. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { StepMetrics } from '../../contract/metrics.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { type Model, policyParameters, weightsOf } from '../../engine/model/model.ts'
import { klFromReference, logprobsOf, type ResponsePass, responsePass } from '../../engine/model/responses.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import { commonLengths } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'
import type { ParameterTensors } from '../../engine/training/train-step.ts'
import type { DpoPair } from './examples.ts'
import { type PairInputs, pairInputs, ResponseScorer, type ScoredPair } from './inputs.ts'
import { type DirectPairs, type DirectSide, directLosses } from './losses.ts'
import { referencePoint } from './reference-point.ts'
import { lossTraits } from './traits.ts'
import { chosenWatch } from './tripwire.ts'

export interface DpoInputs {
  policy: Model
  /** The policy as it is at the start, which stays as it is; null unless the loss needs distributions. */
  reference: Model | null
  padId: number
  pairs: readonly DpoPair[]
  heldout: readonly DpoPair[]
  /** Metrics of the trained policy, measured once. */
  finish?: () => StepMetrics
}

type LossInputs = {
  pairs: PairInputs
  over: DirectPairs['over']
}

/** Trains the policy in place; its log-probabilities at the start are the reference's. */
export async function trainDpo(inputs: DpoInputs, config: DpoConfig, hooks: RunHooks): Promise<RunEnd> {
  const { policy, padId, pairs, finish } = inputs
  if (pairs.length === 0)
    throw new UserError(
      'bad_input',
      'There is no pair to train on. Import preferences or finish some edits first.',
    )
  const lengths = commonLengths(pairs.flatMap(({ rejected, chosen }) => [rejected, chosen]))
  const scorer = new ResponseScorer(policy, padId, config.batchSize)
  try {
    // 1. The reference is the policy now: its log-probabilities are kept, not the model.
    const examples = scorer.scorePairs(pairs, lengths)
    const evaluate = heldoutAccuracy(inputs.heldout, scorer)
    const { needs } = lossTraits[config.loss]
    const pointOf =
      needs === 'mismatched' ? oncePerStep(referencePoint(examples, scorer, policy.config)) : () => 0

    // 2. Train.
    return await trainSupervised(
      {
        name: 'dpo',
        examples,
        parameters: policyParameters(policy),
        inputs: (microBatch, wholeStep): LossInputs => ({
          pairs: pairInputs(microBatch, padId, lengths),
          over: {
            pairs: tf.scalar(wholeStep.length),
            chosenTokens: tf.scalar(wholeStep.reduce((sum, { chosen }) => sum + chosen.response.length, 0)),
            referencePoint: tf.scalar(pointOf(wholeStep)),
          },
        }),
        loss: (parameters, given) => pairLoss(inputs, config, parameters, given),
        watch: chosenWatch(config.chosenDrop),
        ...(evaluate && { evaluate }),
        ...(finish && { finish }),
      },
      config,
      hooks,
    )
  } finally {
    scorer.dispose()
  }
}

/** Micro-batches of one step share its value. */
function oncePerStep(compute: (step: readonly ScoredPair[]) => number) {
  let last: { step: readonly ScoredPair[]; value: number } | null = null
  return (step: readonly ScoredPair[]) => {
    if (last?.step !== step) last = { step, value: compute(step) }
    return last.value
  }
}

/** @returns null if nothing is held out */
function heldoutAccuracy(heldout: readonly DpoPair[], scorer: ResponseScorer): (() => StepMetrics) | null {
  if (heldout.length === 0) return null
  const rows = heldout.flatMap(({ rejected, chosen }) => [rejected, chosen])
  const lengths = commonLengths(rows)
  const margins = () => {
    const totals = scorer.totals(rows, lengths)
    return heldout.map((_, i) => totals[2 * i + 1]! - totals[2 * i]!)
  }
  const before = margins()
  return () => {
    const wins = margins().map((margin, i) => (1 + Math.sign(margin - before[i]!)) / 2)
    return { 'dpo/heldout_accuracy': wins.reduce((sum, win) => sum + win, 0) / wins.length }
  }
}

/** Loss and metrics of one micro-batch, each a share of the step's. */
function pairLoss(
  { policy, reference }: Pick<DpoInputs, 'policy' | 'reference'>,
  config: DpoConfig,
  parameters: ParameterTensors,
  { pairs, over }: LossInputs,
) {
  const weights = weightsOf(policy, (name) => parameters.get(name))
  const pass = responsePass(policy, weights, pairs.batch, config.gradientCheckpointing)
  const { rejected, chosen } = sidesOf(pass, pairs, reference)
  const margins = tf.mul(config.beta, tf.sub(chosen.change, rejected.change))
  const share = (x: tf.Tensor) => tf.div(tf.sum(x), over.pairs)
  return {
    loss: directLosses[config.loss]({ rejected, chosen, over }, config),
    metrics: {
      'dpo/accuracy': share(tf.cast(tf.greater(margins, 0), 'float32')),
      'dpo/margin': share(margins),
      'dpo/logp_chosen': share(chosen.change),
      'dpo/logp_rejected': share(rejected.change),
    },
  }
}

/** What losses read of each side. */
function sidesOf(
  pass: ResponsePass,
  { batch, labels, refLogprobs, refTotals }: PairInputs,
  reference: Model | null,
): Record<'rejected' | 'chosen', DirectSide> {
  const logprobs = logprobsOf(pass)
  const all: Tensors<keyof DirectSide> = {
    logprobs,
    refLogprobs,
    labels,
    mask: batch.responseMask,
    change: tf.sub(tf.sum(logprobs, 1), refTotals),
    sequentialKl: reference
      ? tf.sum(klFromReference(pass, responsePass(reference, weightsOf(reference), batch)), 1)
      : tf.zerosLike(refTotals),
  }
  const side = (half: 0 | 1): DirectSide => {
    const part = (x: tf.Tensor) => tf.split(x, 2, 0)[half]!
    return {
      logprobs: part(all.logprobs),
      refLogprobs: part(all.refLogprobs),
      labels: part(all.labels),
      mask: part(all.mask),
      change: part(all.change),
      sequentialKl: part(all.sequentialKl),
    }
  }
  return { rejected: side(0), chosen: side(1) }
}
