/**
 * What Stet computes and writes, for the Python checks beside it: reads a list of requests from a JSON file and prints
 * one JSON line per request.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { floatDtypes } from '../../electron/engine/formats/safetensors.ts'
import { disposeModel, weightsOf } from '../../electron/engine/model/model.ts'
import { responsePass, responseTensors, statesBefore } from '../../electron/engine/model/responses.ts'
import { openModelSource } from '../../electron/engine/model/sources/model-source.ts'
import { saveFolder } from '../../electron/engine/model/sources/save-folder.ts'
import { logitsOf } from '../../electron/engine/model/transformer.ts'
import { compile } from '../../electron/engine/runtime/compile.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { commonLengths, padResponses, type QueryResponse } from '../../electron/engine/training/batch.ts'
import { openModel } from '../../electron/trainer/jobs/open-model.ts'
import { openRewardModel, scorerOf } from '../../electron/trainer/jobs/reward-card.ts'

const ids = z.array(z.int()).min(1)
const row = z.object({ query: ids, response: ids })

const Request = z.discriminatedUnion('op', [
  /** Rewards of the response's tokens, and the score. */
  z.object({ op: z.literal('rewards'), model: z.string(), rows: z.array(row) }),
  /** Logits from which the response's first token is predicted. */
  z.object({ op: z.literal('logits'), model: z.string(), rows: z.array(row) }),
  /** Ids of a chat with its answer. */
  z.object({ op: z.literal('encode'), model: z.string(), prompt: z.string(), response: z.string() }),
  /** Writes a folder as an export does. */
  z.object({
    op: z.literal('save'),
    model: z.string(),
    out: z.string(),
    dtype: z.enum(floatDtypes),
    maxShardBytes: z.number(),
    classification: z.enum(['sequence', 'token']).nullable(),
  }),
])
type Request = z.infer<typeof Request>

function rewards(folder: string, rows: readonly QueryResponse[]): object {
  const reward = openRewardModel(folder)
  const scorer = scorerOf(reward)
  const scored = scorer.tokenRewards(rows, rows.length, commonLengths(rows))
  const scores = scored.map((each) => scorer.sequenceScore(each))
  scorer.dispose()
  disposeModel(reward.model)
  return { rewards: scored.map((each) => [...each]), scores, scheme: reward.card.scheme }
}

function logits(folder: string, rows: readonly QueryResponse[]): object {
  const { model, tokenizer } = openModel({ path: folder })
  const fn = compile('interop_logits', (batch: ReturnType<typeof responseTensors>) => {
    const pass = responsePass(model, weightsOf(model), batch)
    return { logits: logitsOf(model.config, pass.weights, statesBefore(pass)) }
  })
  const values = rows.map(({ query, response }) => {
    const one = [{ query, response: response.slice(0, 1) }]
    const batch = padResponses(one, tokenizer.padId, { queryLength: query.length, responseLength: 1 })
    return [...fn.values(responseTensors(batch)).logits]
  })
  fn.dispose()
  disposeModel(model)
  return { logits: values }
}

function encode(folder: string, prompt: string, response: string): object {
  const { model, tokenizer } = openModel({ path: folder }, 'scores')
  disposeModel(model)
  const query = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true })
  return { query, response: [...tokenizer.encode(response), tokenizer.eosId] }
}

async function answer(request: Request): Promise<object> {
  if (request.op === 'rewards') return rewards(request.model, request.rows)
  if (request.op === 'logits') return logits(request.model, request.rows)
  if (request.op === 'encode') return encode(request.model, request.prompt, request.response)
  const { model, out, classification, ...options } = request
  mkdirSync(out, { recursive: true })
  const scoresEnd = classification !== null
  await saveFolder(openModelSource(model), out, { ...options, classification, scoresEnd })
  return { out }
}

await openRuntime()
const [file] = process.argv.slice(2)
for (const request of z.array(Request).parse(JSON.parse(readFileSync(file!, 'utf8'))))
  console.log(JSON.stringify(await answer(request)))
