/** One chat completion from an OpenAI-compatible server, and the errors that can occur. */
import { z } from 'zod'
import type { Message } from '../../contract/records.ts'

export interface ChatServer {
  /** Base address, for example `http://localhost:11434/v1`. */
  server: string
  model: string
  timeoutSeconds: number
  /** Sent as a bearer token; never stored. */
  key?: string | undefined
}

const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullable() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
})

export interface ChatReply {
  text: string
  /** Whether the server cut it off. */
  cutOff: boolean
  /** Tokens as counted by the server; null if it does not count them. */
  usage: { inputTokens: number; outputTokens: number } | null
}

/** A call that got no reply. */
export class ChatError extends Error {
  override name = 'ChatError'
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** HTTP status; null if there was no response. */
  readonly status: number | null
  /** The wait that the server asks for; null if it does not say. */
  readonly retryAfterSeconds: number | null

  constructor(
    message: string,
    {
      retryable = true,
      status = null,
      retryAfterSeconds = null,
    }: Partial<Pick<ChatError, 'retryable' | 'status' | 'retryAfterSeconds'>> = {},
  ) {
    super(message)
    this.retryable = retryable
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const maxReplyLength = 2 ** 20

/** Whether a server's address is on this machine. */
export function isLoopback(server: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(server).hostname)
}

/** The most likely completion (temperature 0). @throws ChatError */
export async function askChat(
  { server, model, timeoutSeconds, key }: ChatServer,
  messages: readonly Message[],
  options: { maxTokens?: number } = {},
): Promise<ChatReply> {
  const url = `${server.replace(/\/+$/, '')}/chat/completions`
  const body = {
    model,
    temperature: 0,
    messages,
    ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
  }
  const text = await post(url, body, timeoutSeconds, key)
  const completion = Completion.safeParse(parseJson(text))
  if (!completion.success) throw new ChatError(`${url} did not return a valid chat completion.`)
  const { choices, usage } = completion.data
  const { message, finish_reason } = choices[0]!
  return {
    text: message.content ?? '',
    cutOff: finish_reason === 'length',
    usage: usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null,
  }
}

async function post(url: string, body: object, timeoutSeconds: number, key?: string): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(1000 * timeoutSeconds),
    })
    const text = await readLimited(url, response)
    if (response.ok) return text
    throw refusal(url, response, text)
  } catch (error) {
    if (error instanceof ChatError) throw error
    const isSlow = error instanceof DOMException && error.name === 'TimeoutError'
    throw new ChatError(
      isSlow
        ? `${url} did not answer within ${timeoutSeconds} s. Is the model loaded?`
        : `${url} cannot be reached, or the connection was lost. Start the server, or use another address.`,
    )
  }
}

/** A rate limit or a server error may go away; an error about the call itself will not. */
function refusal(url: string, { status, headers }: Response, text: string): ChatError {
  const wait = Number(headers.get('retry-after') ?? Number.NaN)
  return new ChatError(`${url} answered ${status}: ${text.slice(0, 200)}`, {
    retryable: status === 408 || status === 429 || status >= 500,
    status,
    retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? wait : null,
  })
}

async function readLimited(url: string, response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxReplyLength)
      throw new ChatError(`The response of ${url} is too long: more than 1 MiB.`, { retryable: false })
  }
  return text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
