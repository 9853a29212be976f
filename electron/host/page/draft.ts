/** Minimal edits proposed by a language model that an OpenAI-compatible server on this machine serves. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import type { Item } from '../../contract/records.ts'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, '../../../resources/prompts/minimal-edit.txt'),
  'utf8',
)

export interface DraftServer {
  /** Base address, as `http://localhost:11434/v1`. */
  server: string
  model: string
  timeoutSeconds: number
}

const Reply = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
})

const mostReplyBytes = 2 ** 20

/** @throws UserError `unavailable` where the server can't be reached, is too slow or answers nonsense */
export async function proposeEdit(
  item: Item,
  { server, model, timeoutSeconds }: DraftServer,
): Promise<string> {
  refuseOtherMachines(server)
  const body = { model, temperature: 0, messages: messagesFor(item) }
  const text = await ask(`${server.replace(/\/+$/, '')}/chat/completions`, body, timeoutSeconds)
  const reply = Reply.safeParse(parseJson(text))
  if (!reply.success) throw unavailable(`${server} answered something that is no chat completion.`)
  const edited = reply.data.choices[0]!.message.content.trim()
  if (edited === '') throw unavailable(`${model} proposed an empty text.`)
  return edited
}

function messagesFor({ prompt, context, rejected }: Item) {
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
  const { hostname } = new URL(server)
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return
  throw new UserError(
    'bad_input',
    `${hostname} is another machine. Drafts are asked of servers on this one only.`,
  )
}

async function ask(url: string, body: object, timeoutSeconds: number): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(1000 * timeoutSeconds),
    })
    const text = await readSome(response)
    if (response.ok) return text
    throw unavailable(`${url} answered ${response.status}: ${text.slice(0, 200)}`)
  } catch (error) {
    if (error instanceof UserError) throw error
    const isSlow = error instanceof DOMException && error.name === 'TimeoutError'
    throw unavailable(
      isSlow
        ? `${url} did not answer within ${timeoutSeconds} s. Is the model loaded?`
        : `${url} cannot be reached. Start the server, or set another address in Settings.`,
    )
  }
}

async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > mostReplyBytes) throw unavailable('The answer of the server is too long to be an edit.')
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

function unavailable(sentence: string): UserError {
  return new UserError('unavailable', sentence)
}
