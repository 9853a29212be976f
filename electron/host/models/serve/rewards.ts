/** `/pooling` and `/score` of a reward model, in vLLM's forms: rewards of tokens, and scores of responses to prompts. */
import { randomUUID } from 'node:crypto'
import type { Message } from '../../../contract/records.ts'
import type { RewardScheme } from '../../../contract/run-kinds/reward.ts'
import { encodeResponse } from '../../../engine/tokenizer/query.ts'
import { schemes, sequenceScore } from '../../../pipeline/reward/schemes.ts'
import { ApiError } from './api-error.ts'
import type { PoolingRequest, ScoreRequest } from './requests.ts'
import { checkLength, promptsOf, replyTo, type Served, withTemplate } from './served-model.ts'

/** A text to reward. */
interface Scored {
  ids: number[]
  /** Where the response begins; 0 if the text is not divided. */
  responseStart: number
}

/**
 * `data` of each input: a reward per token of the whole input ([[r], …]), or for a model that scores whole responses
 * one number ([r]). `response_start` says which tokens are the response's.
 * @throws ApiError
 */
export async function pool(served: Served, request: PoolingRequest): Promise<object> {
  const scheme = schemeOf(served)
  const task = request.task ?? (schemes[scheme].rewardsTokens ? 'token_classify' : 'classify')
  const inputs = inputsOf(served, request)
  const rewards = await rewardsOf(served, inputs)
  const data = rewards.map((tokens, index) => {
    const { responseStart } = inputs[index]!
    const ofTokens = () => tokens.map((reward) => [reward])
    const ofWhole = () => [sequenceScore(scheme, tokens.slice(responseStart))]
    return {
      index,
      object: 'pooling',
      data: task === 'token_classify' ? ofTokens() : ofWhole(),
      response_start: responseStart,
    }
  })
  return listOf(served, { kind: 'pool', data, inputs })
}

/**
 * One prompt with each response, or prompts and responses in pairs.
 * @throws ApiError
 */
export async function score(served: Served, { prompts, responses }: ScoreRequest): Promise<object> {
  const scheme = schemeOf(served)
  if (prompts.length !== 1 && prompts.length !== responses.length) {
    const message = `There are ${prompts.length} queries and ${responses.length} documents. Give one query, or as many as documents.`
    throw new ApiError(400, message, { param: 'documents' })
  }
  const inputs = responses.map((response, i) => {
    const prompt = prompts[prompts.length === 1 ? 0 : i]!
    return dialogue(served, [{ role: 'user', content: prompt }], response)
  })
  const rewards = await rewardsOf(served, inputs)
  const data = rewards.map((tokens, index) => ({
    index,
    object: 'score',
    score: sequenceScore(scheme, tokens.slice(inputs[index]!.responseStart)),
  }))
  return listOf(served, { kind: 'score', data, inputs })
}

function schemeOf({ name, rows }: Served): RewardScheme {
  if (rows.model.scheme !== null) return rows.model.scheme
  throw new ApiError(
    400,
    `${name} is a language model and gives no rewards. Use /v1/chat/completions or /v1/completions.`,
  )
}

function inputsOf(served: Served, request: PoolingRequest): Scored[] {
  const { input, messages } = request
  if ((input === undefined) === (messages === undefined))
    throw new ApiError(400, 'Give either "input" or "messages".', { param: 'input' })
  if (input !== undefined) return promptsOf(served, input).map(({ ids }) => ({ ids, responseStart: 0 }))
  const last = messages!.at(-1)!
  if (last.role !== 'assistant' || messages!.length < 2)
    throw new ApiError(400, 'The last message must be the assistant’s response to those before it.', {
      param: 'messages',
    })
  return [dialogue(withTemplate(served, request), messages!.slice(0, -1), last.content)]
}

/** As the model was trained: the prompt in the chat template, then the response with the end token. */
function dialogue({ tokenizer }: Served, prompt: Message[], response: string): Scored {
  const query = tokenizer.encodeChat(prompt, { addGenerationPrompt: true })
  return { ids: [...query, ...encodeResponse(tokenizer, response)], responseStart: query.length }
}

function rewardsOf(served: Served, inputs: readonly Scored[]): Promise<number[][]> {
  for (const { ids } of inputs) checkLength(served, ids.length, 0)
  return Promise.all(
    inputs.map(async ({ ids }) => (await replyTo(served, { type: 'reward', ids }, 'rewarded')).rewards),
  )
}

function listOf(
  { name }: Served,
  { kind, data, inputs }: { kind: string; data: object[]; inputs: readonly Scored[] },
): object {
  const tokens = inputs.reduce((sum, { ids }) => sum + ids.length, 0)
  return {
    id: `${kind}-${randomUUID()}`,
    object: 'list',
    created: Math.floor(Date.now() / 1000),
    model: name,
    data,
    usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens },
  }
}
