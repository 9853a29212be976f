/** An item's prompt and a response as token ids: the prompt through the chat template, truncated to fit if needed. */
import type { Item, Message } from '../../contract/records.ts'
import type { Tokenizer } from './index.ts'

export interface Query {
  ids: number[]
  /** Whether it was truncated to fit. */
  cut: boolean
}

/** The prompt with the context, if any, after the last message's own words. */
export function promptMessages({ prompt, context }: Pick<Item, 'prompt' | 'context'>): Message[] {
  if (context === '') return prompt
  const last = prompt.at(-1)!
  return [...prompt.slice(0, -1), { ...last, content: `${last.content}\n\n${context}` }]
}

/**
 * The query in at most `maxTokens`. A prompt that is too long loses the end of its context first, so that the request
 * and the template stay whole; without a context it loses its beginning.
 */
export function encodeQuery(
  tokenizer: Tokenizer,
  item: Pick<Item, 'prompt' | 'context'>,
  maxTokens: number,
): Query {
  const encode = (context: string) =>
    tokenizer.encodeChat(promptMessages({ prompt: item.prompt, context }), { addGenerationPrompt: true })
  const whole = encode(item.context)
  if (whole.length <= maxTokens) return { ids: whole, cut: false }
  const shortened = encode(shortenedContext(tokenizer, item.context, whole.length - maxTokens))
  return { ids: shortened.slice(-maxTokens), cut: true }
}

/** Plain text for a model to continue, with the begin token if the post-processor writes it. */
export function encodePlainPrompt(tokenizer: Tokenizer, text: string): number[] {
  return [...tokenizer.prefixIds, ...tokenizer.encode(text)]
}

/** The response's ids with the end token, which a model has to learn too. */
export function encodeResponse(tokenizer: Tokenizer, text: string): number[] {
  return [...tokenizer.encode(text), tokenizer.eosId]
}

/** A few tokens more than needed are dropped, because the shortened text may be tokenized differently at its end. */
const slack = 4

function shortenedContext(tokenizer: Tokenizer, context: string, excessTokens: number): string {
  const { offsets } = tokenizer.encodeWithOffsets(context)
  const kept = offsets.length - excessTokens - slack
  return kept > 0 ? context.slice(0, offsets[kept - 1]![1]) : ''
}
