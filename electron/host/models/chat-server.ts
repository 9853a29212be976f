/** Chat completions of an OpenAI-compatible server, in the parameters that it accepts, and the errors that can occur. */
import { z } from 'zod'
import type { Message } from '../../contract/records.ts'
import { masked } from './masked.ts'

export interface ChatServer {
  /** Base address, for example `http://localhost:11434/v1`. */
  server: string
  model: string
  timeoutSeconds: number
  /** Sent as a bearer token; never stored. */
  key?: string | undefined
}

/** Some servers send a reply in parts, of which only text is the answer; reasoning is in other fields or parts. */
const Content = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.unknown() }))
    .transform((parts) =>
      parts.map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : '')).join(''),
    ),
])

const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: Content.nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
})

const ModelList = z.object({ data: z.array(z.object({ id: z.string() })) })

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
  /** What the server itself says is wrong; empty if it says nothing. */
  readonly reason: string

  constructor(
    message: string,
    {
      retryable = true,
      status = null,
      retryAfterSeconds = null,
      reason = '',
    }: Partial<Pick<ChatError, 'retryable' | 'status' | 'retryAfterSeconds' | 'reason'>> = {},
  ) {
    super(message)
    this.retryable = retryable
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
    this.reason = reason
  }
}

const maxReplyLength = 2 ** 20

/** Whether a server's address is on this machine. */
export function isLoopback(server: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(server).hostname)
}

/** Names of the limit of a reply's length. */
type LimitName = 'max_tokens' | 'max_completion_tokens'

/** What a server is known to accept for a model; it is learned from its refusals. */
interface Dialect {
  /** Those that were not refused; the first is used. */
  limits: LimitName[]
  /** Reasoning models accept only their own. */
  temperature: boolean
  /** How much more than asked for a reply may take: reasoning counts too. */
  room: number
}

const dialects = new Map<string, Dialect>()

/** The least recently used are forgotten. */
const maxDialects = 32

function dialectOf(server: string, model: string): Dialect {
  const key = `${server} ${model}`
  // OpenAI's models want the newer name; some local servers know only the older one, and ignore the other silently.
  const limits: LimitName[] = isLoopback(server)
    ? ['max_tokens', 'max_completion_tokens']
    : ['max_completion_tokens', 'max_tokens']
  const dialect = dialects.get(key) ?? { limits, temperature: true, room: 1 }
  dialects.delete(key)
  dialects.set(key, dialect)
  if (dialects.size > maxDialects) dialects.delete(dialects.keys().next().value!)
  return dialect
}

/** A reply that reasoning has used up is asked for again with this many times the tokens. */
const reasoningRoom = 16

/**
 * The most likely completion (temperature 0, if the model accepts it), without its reasoning. A parameter that the server
 * refuses by name is replaced or left out, in later calls too.
 * @throws ChatError
 */
export async function askChat(
  chat: ChatServer,
  messages: readonly Message[],
  options: { maxTokens?: number } = {},
): Promise<ChatReply> {
  const url = addressOf(chat.server, 'chat/completions')
  const dialect = dialectOf(chat.server, chat.model)
  for (let changes = 0; ; changes++) {
    const used: Dialect = { ...dialect }
    const [limit] = used.limits
    const { maxTokens } = options
    const body = {
      model: chat.model,
      messages,
      ...(used.temperature && { temperature: 0 }),
      ...(limit && maxTokens !== undefined && { [limit]: maxTokens * used.room }),
    }
    try {
      const reply = readReply(url, await request(url, chat, body))
      const isReasoning = reply.cutOff && reply.text === '' && maxTokens !== undefined
      if (!isReasoning || used.room > 1) return reply
      dialect.room = reasoningRoom
    } catch (error) {
      if (!(error instanceof ChatError) || changes >= maxChanges || !adapt(dialect, used, error)) throw error
    }
  }
}

/** A limit of each name, none, no temperature, and more room. */
const maxChanges = 5

/** @returns whether another call may succeed: the server refused a parameter by its name */
function adapt(dialect: Dialect, used: Dialect, { status, reason }: ChatError): boolean {
  if (status !== 400 && status !== 422) return false
  if (used.temperature && /\btemperature\b/.test(reason)) {
    dialect.temperature = false
    return true
  }
  // The name of the replacement may be in the sentence too, after the one that is refused.
  const [refused] = /\bmax_(completion_)?tokens\b/.exec(reason) ?? []
  if (refused === undefined || refused !== used.limits[0]) return false
  dialect.limits = dialect.limits.filter((name) => name !== refused)
  return true
}

/** @throws ChatError if it is not a completion */
function readReply(url: string, text: string): ChatReply {
  const completion = Completion.safeParse(parseJson(text))
  if (!completion.success) throw new ChatError(`${url} did not return a valid chat completion.`)
  const { choices, usage } = completion.data
  const { message, finish_reason } = choices[0]!
  return {
    text: withoutReasoning(message.content ?? ''),
    cutOff: finish_reason === 'length',
    usage: usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null,
  }
}

/** Some servers leave the reasoning in the text, or only its end mark; one that is cut off has no answer. */
function withoutReasoning(text: string): string {
  const end = text.lastIndexOf('</think>')
  if (end >= 0) return text.slice(end + '</think>'.length).trimStart()
  return /^\s*<think>/.test(text) ? '' : text
}

/** The names of a server's models. @throws ChatError */
export async function listServerModels(chat: Omit<ChatServer, 'model'>): Promise<string[]> {
  const url = addressOf(chat.server, 'models')
  const list = ModelList.safeParse(parseJson(await request(url, chat, null)))
  if (!list.success) throw new ChatError(`${url} did not return a list of models.`, { retryable: false })
  return list.data.data.map(({ id }) => id)
}

function addressOf(server: string, route: string): string {
  return `${server.replace(/\/+$/, '')}/${route}`
}

/** @param body to post; null gets */
async function request(
  url: string,
  { timeoutSeconds, key }: Pick<ChatServer, 'timeoutSeconds' | 'key'>,
  body: object | null,
): Promise<string> {
  requireNoPassword(url)
  try {
    const response = await fetch(url, {
      method: body === null ? 'GET' : 'POST',
      headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
      body: body === null ? null : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(1000 * timeoutSeconds),
    })
    const text = masked(await readLimited(url, response), key) // a server may repeat what it was sent
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

/** Addresses are stored, shown and put in messages. */
function requireNoPassword(url: string): void {
  const { username, password, host } = new URL(url)
  if (username === '' && password === '') return
  const message = `The address of the server at ${host} contains a user name or a password. Leave it out, and set a key as STET_JUDGE_KEY, in the environment of Stet.`
  throw new ChatError(message, { retryable: false })
}

/** A rate limit or a server error may go away; an error about the call itself will not. */
function refusal(url: string, { status, headers }: Response, text: string): ChatError {
  const wait = Number(headers.get('retry-after') ?? Number.NaN)
  const reason = reasonIn(text)
  return new ChatError(`${url} answered ${status}${reason === '' ? '.' : `: ${reason}`}`, {
    reason,
    retryable: status === 408 || status === 429 || status >= 500,
    status,
    retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? wait : null,
  })
}

const maxReasonLength = 400

/** The server's own sentence, in one of the forms that servers use. */
function reasonIn(text: string): string {
  const { error, message, detail } = Object(parseJson(text)) as Record<string, unknown>
  const said = [Object(error).message, error, message, detail].find((each) => typeof each === 'string')
  const reason = typeof said === 'string' ? said : text
  return reason.replace(/\s+/g, ' ').trim().slice(0, maxReasonLength)
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
