/** A policy's log-probabilities, entropies and values of responses, by one forward pass per batch instead of while sampling. */
import * as tf from '@tensorflow/tfjs-core'
import { type Model, weightsOf } from '../../electron/engine/model/model.ts'
import {
  entropiesOf,
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
  scalarsOf,
} from '../../electron/engine/model/responses.ts'
import { compile } from '../../electron/engine/runtime/compile.ts'
import {
  mapInBatches,
  padResponses,
  type QueryResponse,
  type ResponseLengths,
} from '../../electron/engine/training/batch.ts'
import type { Sample } from '../../electron/pipeline/ppo/rollout.ts'

/** @param policy with a scalar head */
export function measureByForwardPass(
  policy: Model,
  samples: readonly (QueryResponse & Pick<Sample, 'promptId' | 'ended'>)[],
  temperature: number,
  { padId, lengths, chunk }: { padId: number; lengths: ResponseLengths; chunk: number },
): Sample[] {
  const weights = weightsOf(policy)
  const view = compile('policy_view', (batch: ResponseTensors) => {
    const pass = responsePass(policy, weights, batch)
    return {
      all: tf.concat(
        [logprobsOf(pass, temperature), entropiesOf(pass, temperature), scalarsOf(pass, 'before')],
        1,
      ),
    }
  })
  const rows = mapInBatches(
    samples,
    chunk,
    (batch) => view.values(responseTensors(padResponses(batch, padId, lengths))).all,
  )
  view.dispose()
  return samples.map((sample, i) => {
    const part = (n: number) => {
      const start = n * lengths.responseLength
      return [...rows[i]!.subarray(start, start + sample.response.length)]
    }
    return { ...sample, response: [...sample.response], logprobs: part(0), entropy: part(1), values: part(2) }
  })
}
