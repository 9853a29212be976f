/** Minimal edits proposed by a language model: one of the lab, or one that a server on this machine serves. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { silentHooks } from '../../contract/events.ts'
import type { Item, Message } from '../../contract/records.ts'
import type { Lab } from '../context.ts'
import { trainerBusy } from '../errors/trainer-busy.ts'
import { askChat, ChatError, type ChatReply, type ChatServer, isLoopback } from '../models/chat-server.ts'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, '../../../resources/prompts/minimal-edit.txt'),
  'utf8',
)

type Answer = Pick<ChatReply, 'text' | 'cutOff'>

/** @throws UserError `unavailable` where the server can't be reached, is too slow or answers nonsense */
export async function draftByServer(item: Item, server: ChatServer): Promise<string> {
  refuseOtherMachines(server.server)
  return editIn(await ask(server, messagesFor(item)), server.model)
}

/** Room for what an edit may add to a response; a token has at least one character. */
const addedCharacters = 64

/**
 * @param model path of a language model
 * @throws UserError `unavailable` while the trainer is at work, or where the answer is no edit
 */
export async function draftByModel({ trainer }: Lab, item: Item, model: string): Promise<string> {
  if (trainer.isBusy) throw trainerBusy('use a server for drafts (Settings)')
  const maxNewTokens = (item.rejected?.length ?? 0) + addedCharacters
  const { rows } = await trainer.run<'generate'>(
    {
      ...{ kind: 'generate', model, prompts: [{ prompt: messagesFor(item), context: '' }], batchSize: 1 },
      ...{ maxQueryTokens: 4096, maxNewTokens, temperature: 0, topK: 0, topP: 1, seed: 0 },
    },
    silentHooks(),
  )
  const { text, ended } = rows[0]!
  return editIn({ text, cutOff: !ended }, path.basename(model))
}

function editIn({ text, cutOff }: Answer, model: string): string {
  if (cutOff)
    throw new UserError('unavailable', `${model} was cut off before the end of its edit. Take a larger one.`)
  const edited = text.trim()
  if (edited === '') throw new UserError('unavailable', `${model} proposed an empty text.`)
  return edited
}

function messagesFor({ prompt, context, rejected }: Item): Message[] {
  const asked = prompt.map(({ role, content }) => `${role}: ${content}`).join('\n')
  const parts = [`<question>\n${asked}\n</question>`, `<answer>\n${rejected ?? ''}\n</answer>`]
  if (context !== '') parts.splice(1, 0, `<context>\n${context}\n</context>`)
  return [
    { role: 'system', content: instruction },
    { role: 'user', content: parts.join('\n\n') },
  ]
}

/** What is being annotated stays on this machine. */
function refuseOtherMachines(server: string): void {
  if (isLoopback(server)) return
  throw new UserError(
    'bad_input',
    `${new URL(server).hostname} is another machine. Drafts are asked of servers on this one only.`,
  )
}

async function ask(server: ChatServer, messages: Message[]): Promise<Answer> {
  try {
    return await askChat(server, messages)
  } catch (error) {
    throw error instanceof ChatError ? new UserError('unavailable', error.message) : error
  }
}
