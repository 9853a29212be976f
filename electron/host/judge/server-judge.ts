/** A language model on an OpenAI-compatible server as a judge: rate-limited, retried if that can help, with usage counted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../contract/errors.ts'
import type { JudgeServerOptions } from '../../contract/judge.ts'
import type { Judge, Question, Reply } from '../../pipeline/judge/judge.ts'
import { judgeMessages, judgePrompt, readVerdict } from '../../pipeline/judge/language-judge.ts'
import { askChat, ChatError, type ChatReply, type ChatServer, isLoopback } from '../models/chat-server.ts'

interface Usage {
  calls: number
  inputTokens: number
  outputTokens: number
}

/** Enough for the one word that is asked for, with marks around it. */
const wordTokens = 16
/** Enough for a model that explains its verdict first. */
const explanationTokens = 1024

const firstWaitSeconds = 0.5
const maxWaitSeconds = 60

/** @param key the server's bearer token */
export function serverJudge(
  { server, model }: { server: string; model: string },
  options: JudgeServerOptions,
  key?: string,
): Judge {
  const { concurrency, timeoutSeconds, retries, requestsPerMinute } = options
  const chat: ChatServer = { server, model, timeoutSeconds, key }
  const usage: Usage = { calls: 0, inputTokens: 0, outputTokens: 0 }
  const pace = pacer(requestsPerMinute)
  const refusals = new Refusals()
  const untilItWorks = oneByOneUntilSuccess()

  let replyTokens = wordTokens

  /** A reply that is cut off is asked for again with more room, and so are all later ones. */
  async function attempt(question: Question, signal?: AbortSignal): Promise<ChatReply> {
    const maxTokens = replyTokens
    const reply = await call(question, maxTokens, signal)
    if (!reply.cutOff || maxTokens === explanationTokens) return reply
    replyTokens = explanationTokens
    return call(question, explanationTokens, signal)
  }

  async function call(question: Question, maxTokens: number, signal?: AbortSignal): Promise<ChatReply> {
    await pace(signal)
    usage.calls++
    const reply = await askChat(chat, judgeMessages(question), { maxTokens })
    usage.inputTokens += reply.usage?.inputTokens ?? 0
    usage.outputTokens += reply.usage?.outputTokens ?? 0
    return reply
  }

  async function ask(question: Question, signal?: AbortSignal): Promise<Reply> {
    const began = performance.now()
    const replyOf = (preferSecond: number | null, rawReply: string): Reply => ({
      preferSecond,
      rawReply,
      elapsedMs: performance.now() - began,
    })
    for (let tries = 1; ; tries++) {
      try {
        const { text, cutOff } = await attempt(question, signal)
        refusals.reset()
        return replyOf(cutOff ? null : readVerdict(text), text)
      } catch (error) {
        if (!(error instanceof ChatError)) throw error
        if (refusals.isOfQuestion(error)) return replyOf(null, error.message)
        if (!error.retryable || tries > retries) throw asUserError(error, tries)
        await sleep(1000 * waitSeconds(error, tries), undefined, { signal })
      }
    }
  }

  return {
    name: `server/${model}/${judgePrompt}`,
    batchSize: 1,
    concurrency,
    compare: async ([question], signal) => [await untilItWorks(() => ask(question!, signal))],
    costEstimate: (questions) => costEstimate(server, questions, options),
    usageSummary: () => usageSummary(usage, options),
  }
}

/** Characters per token in English, roughly. */
const charactersPerToken = 4

/** What the calls will cost, and where the texts are sent. */
function costEstimate(
  server: string,
  questions: readonly Question[],
  { inputPrice, outputPrice, requestsPerMinute }: JudgeServerOptions,
): string {
  const characters = questions.flatMap(judgeMessages).reduce((sum, { content }) => sum + content.length, 0)
  const tokens = Math.round(characters / charactersPerToken)
  const cost = (tokens * inputPrice + questions.length * outputPrice) / 1e6
  const sentences = [
    `${questions.length} calls to ${server}, about ${tokens} tokens in total${cost > 0 ? `, costing about ${cost.toFixed(2)}` : ''}.`,
    isLoopback(server) ? '' : `Prompts and answers are sent to another machine: ${new URL(server).host}.`,
    requestsPerMinute === null
      ? ''
      : `At ${requestsPerMinute} per minute they take at least ${Math.ceil(questions.length / requestsPerMinute)} minutes.`,
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function usageSummary(
  { calls, inputTokens, outputTokens }: Usage,
  { inputPrice, outputPrice }: JudgeServerOptions,
): string {
  const cost = (inputTokens * inputPrice + outputTokens * outputPrice) / 1e6
  return `${calls} calls made: ${inputTokens} input and ${outputTokens} output tokens by the server's count${cost > 0 ? `, costing ${cost.toFixed(2)}` : ''}.`
}

/** More refusals than this without a reply between them are not about the questions. */
const maxRefusals = 10

/** What a refusal is likely about. */
const aboutQuestion = /too long|too large|context|length|content|policy|filter|safety|moderation/i

/**
 * Tells refused questions, for example one that is too long, from a server that refuses every call: a reply that the
 * server has given before shows that the call itself is right.
 */
class Refusals {
  #hasReplied = false
  #inARow = 0

  reset(): void {
    this.#hasReplied = true
    this.#inARow = 0
  }

  isOfQuestion({ status, reason }: ChatError): boolean {
    if (status !== 400 && status !== 413 && status !== 422) return false
    this.#inARow++
    return this.#inARow <= maxRefusals && (this.#hasReplied || status === 413 || aboutQuestion.test(reason))
  }
}

/**
 * Calls wait for each other until one has succeeded. If one fails before, the others fail with its error and ask nothing:
 * a wrong key or an unknown model is reported once.
 */
function oneByOneUntilSuccess() {
  let hasSucceeded = false
  let turn: Promise<unknown> = Promise.resolve()
  return <T>(call: () => Promise<T>): Promise<T> => {
    if (hasSucceeded) return call()
    const result = turn.then(call)
    turn = result.then(
      () => {
        hasSucceeded = true
      },
      (error) => {
        if (!hasSucceeded) throw error
      },
    )
    turn.catch(() => {})
    return result
  }
}

function waitSeconds({ retryAfterSeconds }: ChatError, tries: number): number {
  return Math.min(retryAfterSeconds ?? firstWaitSeconds * 2 ** (tries - 1), maxWaitSeconds)
}

function asUserError({ message, status }: ChatError, tries: number): UserError {
  const advice = status === 401 || status === 403 ? ' Set the key as STET_JUDGE_KEY.' : ''
  return new UserError(
    'unavailable',
    `${message}${tries > 1 ? ` (${tries} times)` : ''}${advice} The verdicts so far are saved: run the command again to resume.`,
  )
}

/** Delays calls so that they start at even intervals; null does not delay them. */
function pacer(perMinute: number | null): (signal?: AbortSignal) => Promise<void> {
  let next = 0
  return async (signal) => {
    if (perMinute === null) return
    const now = performance.now()
    const start = Math.max(now, next)
    next = start + 60_000 / perMinute
    await sleep(start - now, undefined, { signal })
  }
}
