/** Log-probabilities of a few single-token choices as the continuation of each prompt. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { InferenceJob, JobResults } from '../../contract/jobs.ts'
import { disposeModel, type Model, weightsOf } from '../../engine/model/model.ts'
import {
  type ResponseTensors,
  responsePass,
  responseTensors,
  statesBefore,
} from '../../engine/model/responses.ts'
import { logitsOf } from '../../engine/model/transformer.ts'
import { type CompiledFunction, compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { bucketLength, chunksOf, mapInBatches, padResponses } from '../../engine/training/batch.ts'
import { yieldToEventLoop } from '../../engine/training/pauses.ts'
import { openModel } from './open-model.ts'

type ChooseJob = Extract<InferenceJob, { kind: 'choose' }>

export async function runChoose(
  { model: folder, prompts, choices, batchSize }: ChooseJob,
  { emit, signal }: Hooks,
): Promise<JobResults['choose']> {
  const { model, tokenizer } = openModel({ path: folder })
  const choiceIds = choices.map((choice) => singleToken(tokenizer, choice))
  const queries = prompts.map(({ prompt }) => tokenizer.encodeChat(prompt, { addGenerationPrompt: true }))
  const scorer = nextTokenScorer(model, choiceIds)
  const rows: JobResults['choose']['rows'] = queries.map(() => null)
  // Prompts of similar length share a batch, so that there is little padding.
  const fitting = queries.flatMap((query, index) =>
    query.length < model.config.maxPositions ? [{ query, index }] : [],
  )
  const byLength = fitting.sort((a, b) => a.query.length - b.query.length)
  let done = queries.length - byLength.length
  try {
    for (const batch of chunksOf(byLength, batchSize)) {
      signal.throwIfAborted()
      const length = Math.min(bucketLength(batch.at(-1)!.query.length), model.config.maxPositions - 1)
      const responses = batch.map(({ query }) => ({ query, response: [choiceIds[0]!] }))
      const lengths = { queryLength: length, responseLength: 1 }
      const logprobs = mapInBatches(
        responses,
        batchSize,
        (part) => scorer.values(responseTensors(padResponses(part, tokenizer.padId, lengths))).logprobs,
      )
      for (const [i, { index }] of batch.entries()) rows[index] = { logprobs: [...logprobs[i]!] }
      done += batch.length
      emit({ type: 'progress', phase: 'judge', done, total: queries.length })
      await yieldToEventLoop()
    }
    return { rows }
  } finally {
    scorer.dispose()
    disposeModel(model)
  }
}

/** For batches whose responses are one token long: log-probabilities at that token (B, choices). */
function nextTokenScorer(
  model: Model,
  choiceIds: readonly number[],
): CompiledFunction<ResponseTensors, Tensors<'logprobs'>> {
  return compile('choices', (batch) => {
    const pass = responsePass(model, weightsOf(model), batch)
    const logprobs = tf.logSoftmax(logitsOf(model.config, pass.weights, statesBefore(pass)))
    return { logprobs: tf.gather(logprobs, tf.tensor1d([...choiceIds], 'int32'), 1) }
  })
}

/** @throws UserError if the tokenizer has no single token for the text */
function singleToken(tokenizer: Tokenizer, text: string): number {
  const ids = tokenizer.encode(text)
  if (ids.length === 1) return ids[0]!
  throw new UserError(
    'bad_input',
    `The model's tokenizer has no single token for "${text}", so the model cannot be asked to choose it. Use another model.`,
  )
}
