/** A language model behind an OpenAI-compatible server as a judge: paced, asked again where that helps, accounted for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../contract/errors.ts'
import type { JudgeServerOptions } from '../../contract/judge.ts'
import type { Judge, Question, Reply } from '../../pipeline/judge/judge.ts'
import { judgeMessages, judgePrompt, readVerdict } from '../../pipeline/judge/language-judge.ts'
import { askChat, type ChatReply, type ChatServer, ChatTrouble, isLoopback } from '../models/chat-server.ts'

interface Spent {
  calls: number
  inputTokens: number
  outputTokens: number
}

/** Room for a model that thinks before it says its word. */
const mostReplyTokens = 1024

const firstWaitSeconds = 0.5
const longestWaitSeconds = 60

/** @param key bearer token of the server */
export function serverJudge(
  { server, model }: { server: string; model: string },
  options: JudgeServerOptions,
  key?: string,
): Judge {
  const { concurrency, timeoutSeconds, retries, requestsPerMinute } = options
  const chat: ChatServer = { server, model, timeoutSeconds, key }
  const spent: Spent = { calls: 0, inputTokens: 0, outputTokens: 0 }
  const pace = pacer(requestsPerMinute)

  async function attempt(question: Question, signal?: AbortSignal): Promise<ChatReply> {
    await pace(signal)
    spent.calls++
    const reply = await askChat(chat, judgeMessages(question), { maxTokens: mostReplyTokens })
    spent.inputTokens += reply.usage?.inputTokens ?? 0
    spent.outputTokens += reply.usage?.outputTokens ?? 0
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
        return replyOf(cutOff ? null : readVerdict(text), text)
      } catch (error) {
        if (!(error instanceof ChatTrouble)) throw error
        if (isAboutTheQuestion(error)) return replyOf(null, error.message)
        if (!error.passing || tries > retries) throw givenUp(error, tries)
        await sleep(1000 * waitSeconds(error, tries), undefined, { signal })
      }
    }
  }

  return {
    name: `server/${model}/${judgePrompt}`,
    batchSize: 1,
    concurrency,
    compare: async ([question], signal) => [await ask(question!, signal)],
    costEstimate: (questions) => costEstimate(server, questions, options),
    usageSummary: () => usageSummary(spent, options),
  }
}

/** Characters of English that make a token, roughly. */
const charactersPerToken = 4

/** What is about to be spent, and where the texts go. */
function costEstimate(
  server: string,
  questions: readonly Question[],
  { inputPrice, outputPrice, requestsPerMinute }: JudgeServerOptions,
): string {
  const characters = questions.flatMap(judgeMessages).reduce((sum, { content }) => sum + content.length, 0)
  const tokens = Math.round(characters / charactersPerToken)
  const cost = (tokens * inputPrice + questions.length * outputPrice) / 1e6
  const sentences = [
    `${questions.length} calls of ${server}, about ${tokens} tokens in all${cost > 0 ? `, at about ${cost.toFixed(2)}` : ''}.`,
    isLoopback(server) ? '' : `Prompts and answers leave this machine for ${new URL(server).host}.`,
    requestsPerMinute === null
      ? ''
      : `At ${requestsPerMinute} a minute they take ${Math.ceil(questions.length / requestsPerMinute)} minutes or more.`,
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function usageSummary(
  { calls, inputTokens, outputTokens }: Spent,
  { inputPrice, outputPrice }: JudgeServerOptions,
): string {
  const cost = (inputTokens * inputPrice + outputTokens * outputPrice) / 1e6
  return `${calls} calls were made: ${inputTokens} tokens in, ${outputTokens} out, as the server counts${cost > 0 ? `, at ${cost.toFixed(2)}` : ''}.`
}

/** Such as one that is too long: others may still be answered. */
function isAboutTheQuestion({ status }: ChatTrouble): boolean {
  return status === 400 || status === 413 || status === 422
}

function waitSeconds({ retryAfterSeconds }: ChatTrouble, tries: number): number {
  return Math.min(retryAfterSeconds ?? firstWaitSeconds * 2 ** (tries - 1), longestWaitSeconds)
}

function givenUp({ message, status }: ChatTrouble, tries: number): UserError {
  const advice = status === 401 || status === 403 ? ' Set the key as STET_JUDGE_KEY.' : ''
  return new UserError(
    'unavailable',
    `${message}${tries > 1 ? ` (${tries} times)` : ''}${advice} The verdicts so far are kept: judge again to go on.`,
  )
}

/** Lets calls begin at even distances; null lets them all. */
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
