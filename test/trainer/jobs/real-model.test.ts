/** SmolLM2-135M-Instruct from its GGUF answers as in transformers (test/golden/make_smollm2.py). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { silentHooks } from '../../../electron/contract/events.ts'
import { InferenceJob } from '../../../electron/contract/jobs.ts'
import type { Message } from '../../../electron/contract/records.ts'
import { disposeModel, weightsOf } from '../../../electron/engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
  statesBefore,
} from '../../../electron/engine/model/responses.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { logitsOf } from '../../../electron/engine/model/transformer.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { openTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { padResponses } from '../../../electron/engine/training/batch.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { assertClose, readGolden } from '../../golden.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'
import { realModelOrSkip } from '../../real-model.ts'

interface Golden {
  messages: Message[]
  promptIds: number[]
  greedyIds: number[]
  logprobs: number[]
  topLogits: { lastOfPrompt: { ids: number[]; logits: number[] } }
}

const golden = readGolden<Golden>('smollm2.json')
/** See test/golden/README.md. */
const logitTolerance = 1e-3

test('SmolLM2 answers that the capital of France is Paris, with the probabilities of transformers', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  const path = await realModelOrSkip(t)
  if (path === null) return
  await openQuicklyCompilingRuntime()

  await t.test('the chat prompt has the golden ids', () => {
    assert.deepEqual(
      openTokenizer(openModelSource(path).tokenizerSource).encodeChat(golden.messages, {
        addGenerationPrompt: true,
      }),
      golden.promptIds,
    )
  })

  await t.test('the generate job answers "The capital of France is Paris."', async () => {
    const prompts = [{ prompt: golden.messages, context: '' }]
    const job = InferenceJob.parse({ kind: 'generate', model: path, prompts, maxNewTokens: 16 })
    const result = await runJob(job, silentHooks())
    const row = { text: 'The capital of France is Paris.', ids: golden.greedyIds, ended: true }
    assert.deepEqual(result, { rows: [row], cut: 0 })
  })

  await t.test('every log-probability and the largest logits are the golden ones', () => {
    const model = loadModel(path)
    const { ids, logits } = golden.topLogits.lastOfPrompt
    const vocabSize = model.config.vocabSize
    const fn = compile('smollm2', (batch: ResponseTensors) => {
      const pass = responsePass(model, weightsOf(model), batch)
      const logprobs = logprobsOf(pass)
      const position = golden.promptIds.length - 1
      const before = tf.slice(statesBefore(pass), [position, 0], [1, -1])
      const afterPrompt = logitsOf(model.config, pass.weights, before)
      return { all: tf.concat([tf.reshape(logprobs, [-1]), tf.reshape(afterPrompt, [-1])]) }
    })
    const [first, ...rest] = [...golden.promptIds, ...golden.greedyIds]
    const values = fn.values(responseTensors(padResponses([{ query: [first!], response: rest }], 0))).all
    const width = values.length - vocabSize
    assertClose(values.subarray(0, rest.length), golden.logprobs, 'logprobs', { absolute: logitTolerance })
    assertClose(
      ids.map((id) => values[width + id]!),
      logits,
      'logits',
      { absolute: logitTolerance },
    )
    fn.dispose()
    disposeModel(model)
  })
})
