/** Minimal edits proposed by a language model: of the project, or of a server on this machine. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { silentHooks } from '../../contract/events.ts'
import type { Item, Message } from '../../contract/records.ts'
import { withoutThinking } from '../../engine/tokenizer/thinking.ts'
import type { Lab } from '../context.ts'
import { trainerBusy } from '../errors/trainer-busy.ts'
import { askChat, ChatError, type ChatReply, type ChatServer, isLoopback } from '../models/chat-server.ts'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, '../../../resources/prompts/minimal-edit.txt'),
  'utf8',
)

type Reply = Pick<ChatReply, 'text' | 'cutOff'>

/** @throws UserError `unavailable` if the server cannot be reached, is too slow, or does not reply with an edit */
export async function draftByServer(item: Item, server: ChatServer): Promise<string> {
  refuseOtherMachines(server.server)
  return editIn(await ask(server, messagesFor(item)), server.model)
}

/** What an edit may add to a response. A token has at least one character, so a length in characters is enough. */
const maxAddedCharacters = 64

/**
 * @param model path of a language model
 * @throws UserError `unavailable` if the trainer is busy, or if the reply is not an edit
 */
export async function draftByModel({ trainer }: Lab, item: Item, model: string): Promise<string> {
  if (trainer.isBusy) throw trainerBusy('use a server for drafts (Settings)')
  const maxNewTokens = (item.rejected?.length ?? 0) + maxAddedCharacters
  const { rows } = await trainer.run<'generate'>(
    {
      kind: 'generate',
      model,
      prompts: [{ prompt: messagesFor(item), context: '' }],
      batchSize: 1,
      maxQueryTokens: 4096,
      maxNewTokens,
      temperature: 0,
      topK: 0,
      topP: 1,
      seed: 0,
      templateVariables: null,
      keepThinking: false,
    },
    silentHooks(),
  )
  const { text, ended } = rows[0]!
  return editIn({ text, cutOff: !ended }, path.basename(model))
}

function editIn({ text, cutOff }: Reply, model: string): string {
  if (cutOff)
    throw new UserError(
      'unavailable',
      `The draft of ${model} was cut off before its end. Choose a larger model.`,
    )
  const edited = withoutThinking(text).trim()
  if (edited === '')
    throw new UserError('unavailable', `${model} proposed an empty text. Choose another model.`)
  return edited
}

function messagesFor({ prompt, context, rejected }: Item): Message[] {
  const question = prompt.map(({ role, content }) => `${role}: ${content}`).join('\n')
  const parts = [`<question>\n${question}\n</question>`, `<answer>\n${rejected ?? ''}\n</answer>`]
  if (context !== '') parts.splice(1, 0, `<context>\n${context}\n</context>`)
  return [
    { role: 'system', content: instruction },
    { role: 'user', content: parts.join('\n\n') },
  ]
}

/** The text to annotate must not leave this machine. */
function refuseOtherMachines(server: string): void {
  if (isLoopback(server)) return
  throw new UserError(
    'bad_input',
    `${new URL(server).hostname} is another machine. Only a server on this machine can draft.`,
  )
}

async function ask(server: ChatServer, messages: Message[]): Promise<Reply> {
  try {
    return await askChat(server, messages)
  } catch (error) {
    throw error instanceof ChatError ? new UserError('unavailable', error.message) : error
  }
}
