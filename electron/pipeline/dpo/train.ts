/** Direct preference optimisation (Rafailov et al. 2023): the cheap baseline on the same pairs. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { type Model, policyParameters, weightsOf } from '../../engine/model/model.ts'
import {
  responseInputs,
  responseLogprobs,
  responseTensors,
  sequenceStates,
} from '../../engine/model/responses.ts'
import type { Weights } from '../../engine/model/weights.ts'
import { compile } from '../../engine/runtime/compile.ts'
import { commonLengths, mapInBatches, padResponses, type QueryResponse } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'

export interface DpoPair {
  worse: QueryResponse
  better: QueryResponse
}

interface ScoredDpoPair extends DpoPair {
  /** Reference log-probabilities of the whole responses. */
  refWorse: number
  refBetter: number
}

/**
 * -log σ(β (Δ better - Δ worse)), Δ = log π - log π_ref of a whole response; summed over pairs.
 * @returns the loss and each pair's margin β (Δ better - Δ worse) (B)
 */
export function dpoLoss(
  logprobs: { better: tf.Tensor; worse: tf.Tensor },
  refLogprobs: { better: tf.Tensor; worse: tf.Tensor },
  beta: number,
): { loss: tf.Tensor; margins: tf.Tensor } {
  const change = (side: 'better' | 'worse') => tf.sub(logprobs[side], refLogprobs[side])
  const margins = tf.mul(beta, tf.sub(change('better'), change('worse')))
  return { loss: tf.sum(tf.softplus(tf.neg(margins))), margins }
}

/** Log-probability of each whole response. (B) */
function sequenceLogprobs(
  model: Model,
  weights: Weights,
  inputs: tf.Tensor[],
  recomputeLayers = false,
): tf.Tensor {
  const batch = responseTensors(inputs)
  const states = sequenceStates(model.config, weights, batch, recomputeLayers)
  return tf.sum(responseLogprobs(model.config, weights, states, batch, 1), 1)
}

/** Trains the policy in place; its values at the start are the reference. */
export async function trainDpo(
  policy: Model,
  pairs: readonly DpoPair[],
  padId: number,
  config: DpoConfig,
  hooks: RunHooks,
): Promise<RunEnd> {
  if (pairs.length === 0)
    throw new UserError(
      'bad_input',
      'There is no pair to train on. Import preferences or finish some edits first.',
    )
  const lengths = commonLengths(pairs.flatMap(({ worse, better }) => [worse, better]))
  const toInputs = (rows: QueryResponse[]) => responseInputs(padResponses(rows, padId, lengths))
  const reference = compile('dpo_reference', (...inputs) => [
    sequenceLogprobs(policy, weightsOf(policy), inputs),
  ])
  const score = (rows: QueryResponse[]) =>
    mapInBatches(rows, config.batchSize, (batch) => reference.values(toInputs(batch)))
  const refWorse = score(pairs.map((p) => p.worse))
  const refBetter = score(pairs.map((p) => p.better))
  reference.dispose()
  const examples = pairs.map((pair, i) => ({
    ...pair,
    refWorse: refWorse[i]![0]!,
    refBetter: refBetter[i]![0]!,
  }))
  return trainSupervised<ScoredDpoPair>(
    {
      name: 'dpo',
      examples,
      parameters: policyParameters(policy),
      inputs: (rows, wholeStep) => [
        ...toInputs([...rows.map((r) => r.worse), ...rows.map((r) => r.better)]),
        tf.tensor1d(rows.map((r) => r.refWorse)),
        tf.tensor1d(rows.map((r) => r.refBetter)),
        tf.scalar(wholeStep.length),
      ],
      loss: (parameters, inputs) => {
        const [refWorseRows, refBetterRows, count] = inputs.slice(-3) as [tf.Tensor, tf.Tensor, tf.Tensor]
        const [worse, better] = tf.split(
          sequenceLogprobs(
            policy,
            weightsOf(policy, (name) => parameters.get(name)),
            inputs,
            config.gradientCheckpointing,
          ),
          2,
        )
        const { loss, margins } = dpoLoss(
          { worse: worse!, better: better! },
          { worse: refWorseRows, better: refBetterRows },
          config.beta,
        )
        const right = tf.sum(tf.cast(tf.greater(margins, 0), 'float32'))
        return { loss: tf.div(loss, count), metrics: [tf.div(right, count), tf.div(tf.sum(margins), count)] }
      },
      metrics: ({ metrics: [accuracy, margin] }) => ({ 'dpo/accuracy': accuracy!, 'dpo/margin': margin! }),
    },
    config,
    hooks,
  )
}
