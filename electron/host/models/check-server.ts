/** The verb `check-server`: what models a server has, and whether one of them answers. */
import { UserError } from '../../contract/errors.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import { askChat, ChatError, type ChatServer, listServerModels } from './chat-server.ts'

const question = 'Reply with the single word: ready'
const maxReplyTokens = 256

export async function checkServer(
  _lab: Lab,
  { server, model, timeoutSeconds }: VerbInput<'check-server'>,
): Promise<VerbResult<'check-server'>> {
  const connection = { server, timeoutSeconds, key: serverKey() }
  const models = await listServerModels(connection).catch((error: unknown) => {
    // A server that answers questions may lack the list.
    if (model !== null && error instanceof ChatError && error.status !== 401) return null
    throw explained(error)
  })
  if (model === null) return { models, reply: null }
  return { models, reply: await replyOf({ ...connection, model }, models) }
}

/** Of servers for drafts and judging, from the environment, so that it is in no file and no list of processes. */
export function serverKey(): string | undefined {
  return process.env.STET_JUDGE_KEY
}

async function replyOf(
  chat: ChatServer,
  models: string[] | null,
): Promise<NonNullable<VerbResult<'check-server'>['reply']>> {
  const began = performance.now()
  try {
    const { text } = await askChat(chat, [{ role: 'user', content: question }], { maxTokens: maxReplyTokens })
    return { text, seconds: (performance.now() - began) / 1000 }
  } catch (error) {
    const isUnknown = models !== null && !models.includes(chat.model)
    throw explained(error, isUnknown ? ` Its models: ${models.join(', ')}.` : '')
  }
}

function explained(error: unknown, more = ''): unknown {
  if (!(error instanceof ChatError)) return error
  const isRefused = error.status === 401 || error.status === 403
  const advice = isRefused ? ' Set its key as STET_JUDGE_KEY, in the environment of Stet.' : ''
  const end = /[.!?]$/.test(error.message) ? '' : '.'
  return new UserError('unavailable', `${error.message}${end}${more}${advice}`)
}
