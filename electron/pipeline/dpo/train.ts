/** Direct preference optimisation (Rafailov et al. 2023): the baseline without a reward model, on the same pairs. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { type Model, policyParameters, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponsePass,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../engine/model/responses.ts'
import { compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import { commonLengths, mapInBatches, padResponses, type QueryResponse } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'
import type { ParameterTensors } from '../../engine/training/train-step.ts'

export interface DpoPair {
  rejected: QueryResponse
  chosen: QueryResponse
}

export interface DpoInputs {
  policy: Model
  padId: number
  pairs: readonly DpoPair[]
}

/** A pair with the reference's log-probabilities of the whole responses. */
interface ScoredDpoPair extends DpoPair {
  reference: { rejected: number; chosen: number }
}

/** Log-probabilities of whole responses. (B) */
type PairLogprobs = Tensors<'chosen' | 'rejected'>

type LossInputs = {
  /** Rejected responses in the first B rows, chosen ones in the last B. */
  batch: ResponseTensors
  reference: PairLogprobs
  /** Pairs of the whole step. */
  count: tf.Tensor
}

/**
 * -log σ(β (Δ chosen - Δ rejected)), Δ = log π - log π_ref of a whole response; summed over pairs.
 * @returns the loss and each pair's margin β (Δ chosen - Δ rejected) (B)
 */
export function dpoLoss(
  logprobs: PairLogprobs,
  reference: PairLogprobs,
  beta: number,
): { loss: tf.Tensor; margins: tf.Tensor } {
  const change = (side: 'chosen' | 'rejected') => tf.sub(logprobs[side], reference[side])
  const margins = tf.mul(beta, tf.sub(change('chosen'), change('rejected')))
  return { loss: tf.sum(tf.softplus(tf.neg(margins))), margins }
}

/** Log-probability of each whole response. (B) */
function sequenceLogprobs(pass: ResponsePass): tf.Tensor {
  return tf.sum(logprobsOf(pass), 1)
}

/** Trains the policy in place; its values at the start are the reference. */
export async function trainDpo(
  { policy, padId, pairs }: DpoInputs,
  config: DpoConfig,
  hooks: RunHooks,
): Promise<RunEnd> {
  if (pairs.length === 0)
    throw new UserError(
      'bad_input',
      'There is no pair to train on. Import preferences or finish some edits first.',
    )
  const lengths = commonLengths(pairs.flatMap(({ rejected, chosen }) => [rejected, chosen]))
  const toInputs = (rows: QueryResponse[]) => responseTensors(padResponses(rows, padId, lengths))
  return trainSupervised(
    {
      name: 'dpo',
      examples: withReference(policy, pairs, config.batchSize, toInputs),
      parameters: policyParameters(policy),
      inputs: (microBatch, wholeStep): LossInputs => ({
        batch: toInputs([
          ...microBatch.map((pair) => pair.rejected),
          ...microBatch.map((pair) => pair.chosen),
        ]),
        reference: {
          rejected: tf.tensor1d(microBatch.map((pair) => pair.reference.rejected)),
          chosen: tf.tensor1d(microBatch.map((pair) => pair.reference.chosen)),
        },
        count: tf.scalar(wholeStep.length),
      }),
      loss: (parameters, inputs) => pairLoss(policy, config, parameters, inputs),
    },
    config,
    hooks,
  )
}

/** Scores all pairs with the policy as it is now. */
function withReference(
  policy: Model,
  pairs: readonly DpoPair[],
  batchSize: number,
  toInputs: (rows: QueryResponse[]) => ResponseTensors,
): ScoredDpoPair[] {
  const fn = compile('dpo_reference', (batch: ResponseTensors) => ({
    logprobs: sequenceLogprobs(responsePass(policy, weightsOf(policy), batch)),
  }))
  const score = (rows: QueryResponse[]) =>
    mapInBatches(rows, batchSize, (batch) => fn.values(toInputs(batch)).logprobs)
  const rejected = score(pairs.map((pair) => pair.rejected))
  const chosen = score(pairs.map((pair) => pair.chosen))
  fn.dispose()
  return pairs.map((pair, i) => ({
    ...pair,
    reference: { rejected: rejected[i]![0]!, chosen: chosen[i]![0]! },
  }))
}

/** Loss and metrics of one micro-batch, each a share of the step's. */
function pairLoss(
  policy: Model,
  config: DpoConfig,
  parameters: ParameterTensors,
  { batch, reference, count }: LossInputs,
) {
  const weights = weightsOf(policy, (name) => parameters.get(name))
  const pass = responsePass(policy, weights, batch, config.gradientCheckpointing)
  const [rejected, chosen] = tf.split(sequenceLogprobs(pass), 2)
  const { loss, margins } = dpoLoss({ rejected: rejected!, chosen: chosen! }, reference, config.beta)
  const ordered = tf.sum(tf.cast(tf.greater(margins, 0), 'float32'))
  return {
    loss: tf.div(loss, count),
    metrics: { 'dpo/accuracy': tf.div(ordered, count), 'dpo/margin': tf.div(tf.sum(margins), count) },
  }
}
