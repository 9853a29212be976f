/** What a policy says of given responses, by one forward pass over each batch instead of while sampling. */
import * as tf from '@tensorflow/tfjs-core'
import { type Model, weightsOf } from '../../electron/engine/model/model.ts'
import {
  type ResponseTensors,
  responseEntropy,
  responseLogprobs,
  responseScalars,
  responseTensors,
  sequenceStates,
} from '../../electron/engine/model/responses.ts'
import { compile } from '../../electron/engine/runtime/compile.ts'
import { mapInBatches, padResponses, type QueryResponse } from '../../electron/engine/training/batch.ts'
import type { Lengths, Sample } from '../../electron/pipeline/ppo/rollout.ts'

/** @param policy with a scalar head */
export function measureByForwardPass(
  policy: Model,
  samples: readonly (QueryResponse & Pick<Sample, 'promptId' | 'ended'>)[],
  temperature: number,
  { padId, lengths, chunk }: { padId: number; lengths: Lengths; chunk: number },
): Sample[] {
  const weights = weightsOf(policy)
  const view = compile('policy_view', (batch: ResponseTensors) => {
    const states = sequenceStates(policy.config, weights, batch)
    const sampledAt = [policy.config, weights, states, batch, temperature] as const
    return {
      all: tf.concat(
        [
          responseLogprobs(...sampledAt),
          responseEntropy(...sampledAt),
          responseScalars(weights, states, batch, 'before'),
        ],
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
