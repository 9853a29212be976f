/** Log-probabilities in the forms of the API: a list of tokens for chats, four lists for completions. */
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'
import type { TokenPart } from './response-stream.ts'

/** The first token of a text has no log-probability: null. */
export interface CompletionLogprobs {
  tokens: string[]
  token_logprobs: (number | null)[]
  /** By the token's text; with the token itself, also if it is not among the most likely. */
  top_logprobs: (Record<string, number> | null)[]
  text_offset: number[]
}

/** @param start characters before the first token's text */
export function completionLogprobs(
  tokenizer: Tokenizer,
  tokens: readonly TokenPart[],
  start: number,
): CompletionLogprobs {
  const topOf = ({ id, logprob, top }: TokenPart) => {
    if (logprob === null) return null
    // Of several tokens with one text, the most likely is listed; it comes last here.
    const entries = [...top, [id, logprob] as const].sort(([, a], [, b]) => a - b)
    return Object.fromEntries(entries.map(([each, value]) => [tokenizer.decode([each]), value]))
  }
  return {
    tokens: tokens.map(({ id }) => tokenizer.decode([id])),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(topOf),
    text_offset: tokens.map(({ offset }) => start + offset),
  }
}

export function joinLogprobs(
  before: CompletionLogprobs | null,
  after: CompletionLogprobs | null,
): CompletionLogprobs | null {
  if (!before || !after) return before ?? after
  return {
    tokens: [...before.tokens, ...after.tokens],
    token_logprobs: [...before.token_logprobs, ...after.token_logprobs],
    top_logprobs: [...before.top_logprobs, ...after.top_logprobs],
    text_offset: [...before.text_offset, ...after.text_offset],
  }
}

export function chatLogprobs(tokenizer: Tokenizer, tokens: readonly TokenPart[]): object {
  const entry = (id: number, logprob: number) => {
    const token = tokenizer.decode([id])
    // A token that is a part of a character has no text, and this server does not know its bytes.
    return { token, logprob, bytes: token.includes('\uFFFD') ? null : [...Buffer.from(token)] }
  }
  return {
    content: tokens.map(({ id, logprob, top }) => ({
      ...entry(id, logprob!),
      top_logprobs: top.map(([other, value]) => entry(other, value)),
    })),
    refusal: null,
  }
}
