/** Minimal edits proposed by a language model that an OpenAI-compatible server on this machine serves. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Item, Message } from '../../contract/records.ts'
import { askChat, type ChatServer, ChatTrouble, isLoopback } from '../chat-server.ts'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, '../../../resources/prompts/minimal-edit.txt'),
  'utf8',
)

/** @throws UserError `unavailable` where the server can't be reached, is too slow or answers nonsense */
export async function proposeEdit(item: Item, server: ChatServer): Promise<string> {
  refuseOtherMachines(server.server)
  const edited = (await ask(server, messagesFor(item))).trim()
  if (edited === '') throw new UserError('unavailable', `${server.model} proposed an empty text.`)
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

async function ask(server: ChatServer, messages: Message[]): Promise<string> {
  try {
    const { text, cutOff } = await askChat(server, messages)
    if (!cutOff) return text
    throw new UserError(
      'unavailable',
      `${server.model} was cut off before the end of its edit. Give it a longer context.`,
    )
  } catch (error) {
    throw error instanceof ChatTrouble ? new UserError('unavailable', error.message) : error
  }
}
