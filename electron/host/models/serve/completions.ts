/** `/v1/chat/completions` and `/v1/completions`: responses as JSON, or as events while they are generated. */
import { randomInt, randomUUID } from 'node:crypto'
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'
import { opensThinking } from '../../../engine/tokenizer/thinking.ts'
import { ApiError } from './api-error.ts'
import { type CompletionLogprobs, chatLogprobs, completionLogprobs, joinLogprobs } from './logprobs.ts'
import { type ChatRequest, type CompletionRequest, stopsOf } from './requests.ts'
import type { Part, TokenPart } from './response-stream.ts'
import {
  checkLength,
  type GenerateAsk,
  generated,
  type PromptText,
  promptsOf,
  type Reading,
  replyTo,
  type Served,
  withTemplate,
} from './served-model.ts'

/** A response of the API: a JSON document, or the data of its events. */
export type Answer = { json: object } | { events: AsyncIterable<object> }

/** If a client of the chat does not say how long a response may be. */
const defaultChatTokens = 1024
/** OpenAI's default for plain completions. */
const defaultCompletionTokens = 16

interface Usage {
  promptTokens: number
  completionTokens: number
  /** Those of the completion that are a thought. */
  thoughtTokens: number
}

/** One of the responses that a request asks for. */
interface Choice {
  index: number
  /** Null if only the prompt is wanted. */
  ask: GenerateAsk | null
  prefix(): Promise<Prefix>
}

/** How an endpoint writes its choices. */
interface Form {
  id: string
  object: string
  chunkObject: string
  /** What a stream begins with; null for nothing. */
  opening: ((index: number) => object) | null
  echo(index: number, prefix: Prefix): object
  /** @param start characters before the response */
  chunk(index: number, part: Part, start: number): object
  whole(index: number, response: Response): object
}

/** The prompt, if it is part of the answer. */
interface Prefix {
  text: string
  logprobs: CompletionLogprobs | null
}

interface Response extends Omit<Part, 'finish'> {
  prefix: Prefix
  finish: 'stop' | 'length'
}

/**
 * What the model thinks before its answer is apart from it, in `reasoning_content`.
 * @throws ApiError
 */
export function chat(of: Served, request: ChatRequest): Promise<Answer> {
  const served = withTemplate(of, request)
  const { messages, max_completion_tokens, max_tokens, logprobs, top_logprobs } = request
  refuseRewardModel(served)
  if (top_logprobs != null && !logprobs)
    throw new ApiError(400, '"top_logprobs" needs "logprobs": true.', { param: 'top_logprobs' })
  const ids = served.tokenizer.encodeChat(messages, { addGenerationPrompt: true })
  const room = served.rows.model.maxPositions - ids.length
  const maxNewTokens = max_completion_tokens ?? max_tokens ?? Math.max(1, Math.min(defaultChatTokens, room))
  checkLength(served, ids.length, maxNewTokens)
  const asks = asksOf(request, ids, { maxNewTokens, logprobs: logprobs ? (top_logprobs ?? 0) : null })
  const choices = asks.map((ask, index): Choice => ({ index, ask, prefix: async () => noPrefix }))
  const form = chatForm(served.tokenizer, logprobs === true)
  const reading = {
    stops: stopsOf(request),
    thinking: { isOpen: opensThinking(served.tokenizer.decode(ids)) },
  }
  return answer(served, { request, reading, form, choices, promptTokens: ids.length })
}

const noPrefix: Prefix = { text: '', logprobs: null }

function chatForm(tokenizer: Tokenizer, withLogprobs: boolean): Form {
  const logprobsOf = (tokens: TokenPart[]) => (withLogprobs ? chatLogprobs(tokenizer, tokens) : null)
  const delta = (index: number, content: object, logprobs: object | null, finish: Part['finish']) => ({
    index,
    delta: content,
    logprobs,
    finish_reason: finish,
  })
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    chunkObject: 'chat.completion.chunk',
    opening: (index) => delta(index, { role: 'assistant', content: '' }, null, null),
    echo: (index, { text }) => delta(index, { content: text }, null, null),
    chunk: (index, { text, reasoning, tokens, finish }) =>
      delta(
        index,
        { ...reasoningFields(reasoning), ...(text !== '' && { content: text }) },
        logprobsOf(tokens),
        finish,
      ),
    whole: (index, { text, reasoning, tokens, finish }) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null, ...reasoningFields(reasoning) },
      logprobs: logprobsOf(tokens),
      finish_reason: finish,
    }),
  }
}

/** DeepSeek's and SGLang's name, and that of newer versions of vLLM. */
function reasoningFields(reasoning: string): object {
  return reasoning === '' ? {} : { reasoning_content: reasoning, reasoning }
}

/** @throws ApiError */
export function complete(served: Served, request: CompletionRequest): Promise<Answer> {
  const { echo, max_tokens } = request
  const logprobs = request.logprobs ?? null
  refuseRewardModel(served)
  const prompts = promptsOf(served, request.prompt)
  const maxNewTokens = max_tokens ?? defaultCompletionTokens
  if (maxNewTokens === 0 && !echo)
    throw new ApiError(400, '"max_tokens" may be 0 only with "echo": true.', { param: 'max_tokens' })
  for (const { ids } of prompts) checkLength(served, ids.length, maxNewTokens)
  const choices = prompts.flatMap((prompt) =>
    asksOf(request, prompt.ids, { maxNewTokens, logprobs }).map((ask) => ({
      ask: maxNewTokens === 0 ? null : ask,
      prefix: async () => (echo ? await echoed(served, prompt, logprobs) : noPrefix),
    })),
  )
  return answer(served, {
    request,
    reading: { stops: stopsOf(request), thinking: null },
    form: completionForm(served.tokenizer, logprobs !== null),
    choices: choices.map((choice, index): Choice => ({ ...choice, index })),
    promptTokens: prompts.reduce((sum, { ids }) => sum + ids.length, 0),
  })
}

function completionForm(tokenizer: Tokenizer, withLogprobs: boolean): Form {
  const logprobsOf = (tokens: TokenPart[], start: number) =>
    withLogprobs ? completionLogprobs(tokenizer, tokens, start) : null
  return {
    id: `cmpl-${randomUUID()}`,
    object: 'text_completion',
    chunkObject: 'text_completion',
    opening: null,
    echo: (index, { text, logprobs }) => ({ index, text, logprobs, finish_reason: null }),
    chunk: (index, { text, tokens, finish }, start) => ({
      index,
      text,
      logprobs: logprobsOf(tokens, start),
      finish_reason: finish,
    }),
    whole: (index, { text, tokens, finish, prefix }) => ({
      index,
      text: prefix.text + text,
      logprobs: joinLogprobs(prefix.logprobs, logprobsOf(tokens, prefix.text.length)),
      finish_reason: finish,
    }),
  }
}

function refuseRewardModel({ name, rows }: Served): void {
  if (rows.model.scheme === null) return
  throw new ApiError(400, `${name} is a reward model and writes no text. Use /pooling or /score.`)
}

function asksOf(
  request: ChatRequest | CompletionRequest,
  ids: number[],
  { maxNewTokens, logprobs }: Pick<GenerateAsk, 'maxNewTokens' | 'logprobs'>,
): GenerateAsk[] {
  const { temperature, top_p, top_k, seed, n } = request
  const settings = {
    type: 'generate' as const,
    ids,
    maxNewTokens: Math.max(1, maxNewTokens),
    temperature: temperature ?? 1,
    topK: Math.max(0, top_k ?? 0),
    // Zero keeps the most likely token, as the smallest number above it does.
    topP: Math.max(Number.MIN_VALUE, top_p ?? 1),
    seed: seed ?? randomInt(2 ** 47),
    logprobs,
  }
  return Array.from({ length: n ?? 1 }, (_, draw) => ({ ...settings, draw }))
}

/** The prompt as the beginning of the response. */
async function echoed(served: Served, { ids, text }: PromptText, logprobs: number | null): Promise<Prefix> {
  const { tokenizer } = served
  const plain = (some: number[]) => tokenizer.decode(some, { skipSpecial: true })
  const prefix = text ?? plain(ids)
  if (logprobs === null) return { text: prefix, logprobs: null }
  const scored = await replyTo(served, { type: 'score', ids, top: logprobs }, 'scored')
  let offset = 0
  const tokens = ids.map((id, i) => {
    const at = offset
    offset += plain([id]).length
    const measured =
      i === 0 ? { logprob: null, top: [] } : { logprob: scored.logprobs[i - 1]!, top: scored.tops[i - 1]! }
    return { id, offset: at, ...measured }
  })
  return { text: prefix, logprobs: completionLogprobs(tokenizer, tokens, 0) }
}

interface Asked {
  request: ChatRequest | CompletionRequest
  reading: Reading
  form: Form
  choices: readonly Choice[]
  promptTokens: number
}

async function answer(served: Served, asked: Asked): Promise<Answer> {
  const { request, form } = asked
  const created = Math.floor(Date.now() / 1000)
  const head = (object: string) => ({ id: form.id, object, created, model: served.name })
  if (request.stream) return { events: chunks(served, asked, head(form.chunkObject)) }
  const responses = await Promise.all(
    asked.choices.map((choice) => responseOf(served, choice, asked.reading)),
  )
  const usage = usageOf({
    promptTokens: asked.promptTokens,
    completionTokens: responses.reduce((sum, { generated: count }) => sum + count, 0),
    thoughtTokens: responses.reduce((sum, { thought }) => sum + thought, 0),
  })
  const choices = responses.map((response, index) => form.whole(index, response))
  return { json: { ...head(form.object), choices, usage } }
}

async function responseOf(served: Served, { ask, prefix }: Choice, reading: Reading): Promise<Response> {
  const [before, parts] = await Promise.all([prefix(), ask ? partsOf(served, ask, reading) : []])
  return {
    prefix: before,
    text: parts.map(({ text }) => text).join(''),
    reasoning: parts.map(({ reasoning }) => reasoning).join(''),
    tokens: parts.flatMap(({ tokens }) => tokens),
    finish: parts.at(-1)?.finish ?? 'length',
    generated: parts.at(-1)?.generated ?? 0,
    thought: parts.at(-1)?.thought ?? 0,
  }
}

async function partsOf(served: Served, ask: GenerateAsk, reading: Reading): Promise<Part[]> {
  const parts: Part[] = []
  for await (const part of generated(served, ask, reading)) parts.push(part)
  return parts
}

/** The chunks of all choices as they come, then the usage if it was asked for. */
async function* chunks(served: Served, asked: Asked, head: object): AsyncGenerator<object, void> {
  const { request, choices, promptTokens } = asked
  const last = choices.map((): Pick<Part, 'generated' | 'thought'> => ({ generated: 0, thought: 0 }))
  const streams = choices.map((choice) =>
    choiceChunks(served, asked, choice, (part) => (last[choice.index] = part)),
  )
  const withUsage = request.stream_options?.include_usage === true
  for await (const choice of merged(streams))
    yield { ...head, choices: [choice], ...(withUsage && { usage: null }) }
  const completionTokens = last.reduce((sum, part) => sum + part.generated, 0)
  const thoughtTokens = last.reduce((sum, { thought }) => sum + thought, 0)
  const usage = usageOf({ promptTokens, completionTokens, thoughtTokens })
  if (withUsage) yield { ...head, choices: [], usage }
}

const nothingGenerated: Part = {
  text: '',
  reasoning: '',
  tokens: [],
  finish: 'length',
  generated: 0,
  thought: 0,
}

async function* choiceChunks(
  served: Served,
  { reading, form }: Asked,
  { index, ask, prefix }: Choice,
  onPart: (part: Part) => void,
): AsyncGenerator<object, void> {
  if (form.opening) yield form.opening(index)
  const before = await prefix()
  if (before.text !== '') yield form.echo(index, before)
  if (!ask) {
    yield form.chunk(index, nothingGenerated, before.text.length)
    return
  }
  for await (const part of generated(served, ask, reading)) {
    onPart(part)
    yield form.chunk(index, part, before.text.length)
  }
}

/** What several streams yield, in the order of its arrival. Leaving it leaves all of them. */
async function* merged<T>(streams: AsyncGenerator<T, void>[]): AsyncGenerator<T, void> {
  const next = (index: number) => streams[index]!.next().then((result) => ({ index, result }))
  const pending = new Map(streams.map((_, index) => [index, next(index)]))
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values())
      if (result.done) pending.delete(index)
      else {
        pending.set(index, next(index))
        yield result.value
      }
    }
  } finally {
    await Promise.allSettled(streams.map((stream) => stream.return()))
  }
}

function usageOf({ promptTokens, completionTokens, thoughtTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens_details: { reasoning_tokens: thoughtTokens },
  }
}
