/** Supervised fine-tuning: the initial policy learns demonstrations, response tokens only. */
import * as tf from '@tensorflow/tfjs-core'
import type { StepMetrics } from '../../contract/metrics.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import { type Model, policyParameters, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../engine/model/responses.ts'
import { compile } from '../../engine/runtime/compile.ts'
import { commonLengths, mapInBatches, padResponses, type QueryResponse } from '../../engine/training/batch.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { trainSupervised } from '../../engine/training/supervised.ts'

export interface SftInputs {
  policy: Model
  padId: number
  train: QueryResponse[]
  heldout: QueryResponse[]
  /** Metrics of the trained policy, measured once. */
  finish?: () => StepMetrics
}

export interface SftEnd extends RunEnd {
  /** Mean cross-entropy of held-out response tokens at the end; null if paused or if nothing is held out. */
  heldoutLoss: number | null
}

/** Trains the policy in place: minimises the mean cross-entropy of the step's response tokens. */
export async function trainSft(
  { policy, padId, train, heldout, finish }: SftInputs,
  config: SftConfig,
  hooks: RunHooks,
): Promise<SftEnd> {
  const lengths = commonLengths([...train, ...heldout])
  const toInputs = (examples: QueryResponse[]) => responseTensors(padResponses(examples, padId, lengths))
  const score = compile('sft_score', (batch: ResponseTensors) => ({
    logprobs: logprobsOf(responsePass(policy, weightsOf(policy), batch)),
  }))
  const heldoutLoss = () => {
    const run = (batch: QueryResponse[]) => score.values(toInputs(batch)).logprobs
    const logprobs = mapInBatches(heldout, config.batchSize, run)
    return -sum(logprobs.map(sum)) / countTokens(heldout)
  }
  try {
    const end = await trainSupervised(
      {
        name: 'sft',
        examples: train,
        parameters: policyParameters(policy),
        inputs: (microBatch, wholeStep) => ({
          batch: toInputs(microBatch),
          tokens: tf.scalar(countTokens(wholeStep)),
        }),
        loss: (parameters, { batch, tokens }) => {
          const weights = weightsOf(policy, (name) => parameters.get(name))
          const pass = responsePass(policy, weights, batch, config.gradientCheckpointing)
          const loss = tf.neg(tf.div(tf.sum(logprobsOf(pass)), tokens))
          return { loss, metrics: { 'sft/loss': loss } }
        },
        evaluate: () => (heldout.length > 0 ? { 'sft/heldout_loss': heldoutLoss() } : {}),
        ...(finish && { finish }),
      },
      config,
      hooks,
    )
    return { ...end, heldoutLoss: end.state === 'done' && heldout.length > 0 ? heldoutLoss() : null }
  } finally {
    score.dispose()
  }
}

function countTokens(examples: QueryResponse[]): number {
  return examples.reduce((total, { response }) => total + response.length, 0)
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0)
}
