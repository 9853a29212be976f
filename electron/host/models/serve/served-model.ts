/** A model with its tokenizer, as the requests of the API use it: prompts become ids, and ids become text. */
import type { TemplateVariables, Tokenizer } from '../../../engine/tokenizer/index.ts'
import { encodePlainPrompt } from '../../../engine/tokenizer/query.ts'
import { ApiError } from './api-error.ts'
import type { Prompt } from './requests.ts'
import { type Part, ResponseStream, type Thinking } from './response-stream.ts'
import type { RowAsk, RowReply, ServedRows } from './served-rows.ts'

/** What every request works with. */
export interface Served {
  /** As clients name it. */
  name: string
  rows: ServedRows
  tokenizer: Tokenizer
  /** Aborted when the client of the request leaves. */
  signal: AbortSignal
}

/** The tokenizer's own variables for the chat template, and those of a request, which come first. */
export function withTemplate(
  served: Served,
  { chat_template_kwargs: variables }: { chat_template_kwargs?: TemplateVariables | null | undefined },
): Served {
  const { tokenizer } = served
  if (!variables) return served
  return { ...served, tokenizer: tokenizer.withVariables({ ...tokenizer.variables, ...variables }) }
}

export interface PromptText {
  ids: number[]
  /** As given; null for one that was given as ids. */
  text: string | null
}

/** @throws ApiError 400 for an empty prompt, or ids outside the vocabulary */
export function promptsOf({ tokenizer, rows }: Served, prompt: Prompt): PromptText[] {
  const list = typeof prompt === 'string' || typeof prompt[0] === 'number' ? [prompt] : prompt
  const { vocabSize } = rows.model
  return (list as (string | number[])[]).map((each) => {
    const isText = typeof each === 'string'
    const ids = isText ? encodePlainPrompt(tokenizer, each) : each
    const outside = ids.find((id) => id >= vocabSize)
    if (outside !== undefined)
      throw new ApiError(400, `The token id ${outside} is outside the model's vocabulary of ${vocabSize}.`)
    if (ids.length === 0) throw new ApiError(400, 'A prompt is empty. It must have at least one token.')
    return { ids, text: isText ? each : null }
  })
}

/** @throws ApiError 400 if a prompt and its response are longer than the model's context */
export function checkLength({ rows }: Served, length: number, maxNew: number): void {
  const { maxPositions } = rows.model
  if (length + maxNew <= maxPositions) return
  const message = `This model's context is ${maxPositions} tokens, but ${length + maxNew} were asked for: ${length} in the prompt and ${maxNew} to generate. Shorten the prompt, or ask for fewer tokens.`
  throw new ApiError(400, message, { code: 'context_length_exceeded' })
}

export type GenerateAsk = Extract<RowAsk, { type: 'generate' }>

/** How the text of a response is read. */
export interface Reading {
  stops: readonly string[]
  thinking: Thinking
}

/**
 * A response, part by part, up to a stop string.
 * @throws ApiError if it cannot be generated
 */
export async function* generated(
  { rows, tokenizer, signal }: Served,
  ask: GenerateAsk,
  { stops, thinking }: Reading,
): AsyncGenerator<Part, void> {
  const stream = new ResponseStream(tokenizer, stops, thinking)
  for await (const reply of rows.replies(ask, signal)) {
    if (reply.type === 'ended') {
      yield stream.end(reply.reason)
      return
    }
    const { id, logprob, top } = expected(reply, 'token')
    const part = stream.push({ id, logprob, top })
    if (part.finish !== null || part.text !== '' || part.reasoning !== '') yield part
    if (part.finish !== null) return
  }
}

/** The only reply to a row. */
export async function replyTo<Type extends 'scored' | 'rewarded'>(
  { rows, signal }: Served,
  ask: RowAsk,
  type: Type,
): Promise<Extract<RowReply, { type: Type }>> {
  for await (const reply of rows.replies(ask, signal)) return expected(reply, type)
  throw new ApiError(503, 'The server is stopping.')
}

function expected<Type extends RowReply['type']>(
  reply: RowReply,
  type: Type,
): Extract<RowReply, { type: Type }> {
  if (reply.type === 'refused') throw new ApiError(400, reply.sentence)
  if (reply.type !== type) throw new Error(`A row was answered with ${reply.type} instead of ${type}.`)
  return reply as Extract<RowReply, { type: Type }>
}
