/**
 * How far a policy has moved from others, on responses that it sampled itself: log π − log π_ref of each response is an
 * unbiased estimate of KL(π ‖ π_ref) (k1 of Schulman, "Approximating KL Divergence", 2020), whatever trained the policy.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Hooks } from '../../contract/events.ts'
import type { InferenceJob, JobResults } from '../../contract/jobs.ts'
import { disposeModel, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../engine/model/responses.ts'
import { compile } from '../../engine/runtime/compile.ts'
import { encodeQuery } from '../../engine/tokenizer/query.ts'
import {
  chunksOf,
  commonLengths,
  mapInBatches,
  padResponses,
  type QueryResponse,
} from '../../engine/training/batch.ts'
import { yieldToEventLoop } from '../../engine/training/pauses.ts'
import { openModel } from './open-model.ts'

type DivergenceJob = Extract<InferenceJob, { kind: 'divergence' }>

/** What all models are read with. */
interface Reading {
  job: DivergenceJob
  hooks: Hooks
  /** Responses that are scored, of all models together. */
  total: number
}

export async function runDivergence(job: DivergenceJob, hooks: Hooks): Promise<JobResults['divergence']> {
  const folders = [job.policy, ...job.references]
  const reading = { job, hooks, total: folders.length * job.rows.length }
  const logprobs: number[][] = []
  for (const folder of folders)
    logprobs.push(await responseLogprobs(folder, reading, logprobs.length * job.rows.length))
  const [policy, ...references] = logprobs
  return {
    perResponse: references.map((reference) => policy!.map((logprob, i) => logprob - reference[i]!)),
  }
}

/** @returns the log-probability of each whole response under a model, at the temperature of the sampling */
async function responseLogprobs(
  folder: string,
  { job, hooks: { emit, signal }, total }: Reading,
  doneBefore: number,
): Promise<number[]> {
  const { model, tokenizer } = openModel({ path: folder })
  const responses = job.rows.map(
    (row): QueryResponse => ({
      query: encodeQuery(tokenizer, row, job.maxQueryTokens).ids,
      response: row.ids,
    }),
  )
  const lengths = commonLengths(responses)
  const batchSize = Math.min(job.batchSize, responses.length)
  const scorer = compile('response_logprobs', (batch: ResponseTensors) => ({
    logprobs: tf.sum(logprobsOf(responsePass(model, weightsOf(model), batch), job.temperature), 1),
  }))
  const results: number[] = []
  try {
    for (const batch of chunksOf(responses, batchSize)) {
      signal.throwIfAborted()
      const scored = mapInBatches(
        batch,
        batchSize,
        (part) => scorer.values(responseTensors(padResponses(part, tokenizer.padId, lengths))).logprobs,
      )
      results.push(...scored.map((row) => row[0]!))
      emit({ type: 'progress', phase: 'score', done: doneBefore + results.length, total })
      await yieldToEventLoop()
    }
    return results
  } finally {
    scorer.dispose()
    disposeModel(model)
  }
}
