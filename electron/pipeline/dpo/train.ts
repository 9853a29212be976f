/** Direct preference optimisation (Rafailov et al. 2023): the cheap baseline on the same pairs. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { type Model, policyParameters, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
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
  batch: ResponseTensors,
  recomputeLayers = false,
): tf.Tensor {
  return tf.sum(logprobsOf(responsePass(model, weights, batch, recomputeLayers)), 1)
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
  const toInputs = (rows: QueryResponse[]) => responseTensors(padResponses(rows, padId, lengths))
  const reference = compile('dpo_reference', (batch: ResponseTensors) => ({
    logprobs: sequenceLogprobs(policy, weightsOf(policy), batch),
  }))
  const score = (rows: QueryResponse[]) =>
    mapInBatches(rows, config.batchSize, (batch) => reference.values(toInputs(batch)).logprobs)
  const refWorse = score(pairs.map((p) => p.worse))
  const refBetter = score(pairs.map((p) => p.better))
  reference.dispose()
  const examples = pairs.map((pair, i) => ({
    ...pair,
    refWorse: refWorse[i]![0]!,
    refBetter: refBetter[i]![0]!,
  }))
  return trainSupervised(
    {
      name: 'dpo',
      examples,
      parameters: policyParameters(policy),
      inputs: (rows: ScoredDpoPair[], wholeStep) => ({
        batch: toInputs([...rows.map((r) => r.worse), ...rows.map((r) => r.better)]),
        reference: {
          worse: tf.tensor1d(rows.map((r) => r.refWorse)),
          better: tf.tensor1d(rows.map((r) => r.refBetter)),
        },
        count: tf.scalar(wholeStep.length),
      }),
      loss: (parameters, { batch, reference, count }) => {
        const [worse, better] = tf.split(
          sequenceLogprobs(
            policy,
            weightsOf(policy, (name) => parameters.get(name)),
            batch,
            config.gradientCheckpointing,
          ),
          2,
        )
        const { loss, margins } = dpoLoss({ worse: worse!, better: better! }, reference, config.beta)
        const right = tf.sum(tf.cast(tf.greater(margins, 0), 'float32'))
        return {
          loss: tf.div(loss, count),
          metrics: {
            'dpo/accuracy': tf.div(right, count),
            'dpo/margin': tf.div(tf.sum(margins), count),
          },
        }
      },
    },
    config,
    hooks,
  )
}
