/** Reads what a row asks for: the prompt under any of its usual names, with system message, earlier turns and context. */
import type { Item, Message } from '../../contract/records.ts'
import {
  has,
  isWholeContext,
  type RawObject,
  RowError,
  readContext,
  readOptionalText,
  readPrompt,
} from './fields.ts'

export interface Request extends Pick<Item, 'prompt' | 'context'> {
  /** The keys that were read. */
  used: string[]
}

/** Names of a prompt, the most specific first, each with the names of the text that it refers to. */
const contextsOfPrompts: Record<string, string[]> = {
  prompt: ['context'],
  instruction: ['input', 'context'],
  question: ['context'],
  query: ['context'],
  input: ['context'],
  user_input: ['context'],
}

/** Names of the passages that a prompt is to be answered from, as datasets of retrieval have them; the first is read. */
const passageKeys = [
  'contexts',
  'retrieved_contexts',
  'passages',
  'passage',
  'documents',
  'retrieved_documents',
  'retrieved_passages',
  'ctxs',
  'chunks',
]

/** The key that has a row's prompt, or null. */
export function findPromptKey(row: RawObject): string | null {
  const keys = Object.keys(contextsOfPrompts).filter((key) => has(row, key))
  return keys.find((key) => row[key] !== '') ?? keys[0] ?? (isDialogue(row.context) ? 'context' : null)
}

function isDialogue(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'object')
}

/** The request of a row that has a prompt. */
export function readRequest(row: RawObject): Request {
  const promptKey = findPromptKey(row)
  if (promptKey === null) throw missingPrompt(row)
  const prompt = readPrompt(row, promptKey)
  const named = (contextsOfPrompts[promptKey] ?? []).filter((key) => has(row, key))
  const passages = named.includes('context') ? undefined : passageKeys.find((key) => has(row, key))
  const contextKeys = passages === undefined ? named : [...named, passages]
  const turns = withEarlierTurns(row, prompt)
  return {
    prompt: turns.messages,
    context: readContext(row, ...contextKeys),
    used: [promptKey, ...turns.used, ...contextKeys.filter((key) => isWholeContext(row[key]))],
  }
}

export function missingPrompt(row: RawObject): RowError {
  const keys = Object.keys(row).join(', ')
  return new RowError(`there is no "prompt" (it has ${keys}): name the column, as in --columns prompt=…`)
}

/**
 * The messages with a row's `history`, pairs of question and answer, and its `system` (or `system_prompt`) before them. A
 * system message in the messages is kept instead, and the row's own then becomes metadata.
 */
export function withEarlierTurns(
  row: RawObject,
  messages: Message[],
): { messages: Message[]; used: string[] } {
  refuseMedia(row)
  const systemKey = has(row, 'system') ? 'system' : 'system_prompt'
  const system = readOptionalText(row, systemKey) ?? ''
  const hasSystem = messages[0]?.role === 'system'
  const addsSystem = system !== '' && !hasSystem
  const isStored = system === '' || addsSystem || messages[0]?.content === system
  const own = hasSystem ? messages.slice(0, 1) : []
  return {
    messages: [
      ...(addsSystem ? [{ role: 'system' as const, content: system }] : own),
      ...readHistory(row),
      ...messages.slice(own.length),
    ],
    used: isStored ? [systemKey, 'history'] : ['history'],
  }
}

/** A prompt that refers to pictures or sound makes no sense without them. */
function refuseMedia(row: RawObject): void {
  for (const key of ['images', 'videos', 'audios']) {
    const media = row[key]
    if (Array.isArray(media) && media.length > 0)
      throw new RowError(`it has "${key}", which an item cannot store`)
  }
}

function readHistory({ history }: RawObject): Message[] {
  if (history === undefined || history === null) return []
  if (!Array.isArray(history)) throw new RowError('"history" is not a list of questions with their answers')
  return history.flatMap((turn: unknown, index): Message[] => {
    const [question, answer, ...others]: unknown[] = Array.isArray(turn) ? turn : []
    if (typeof question !== 'string' || typeof answer !== 'string' || others.length > 0) {
      throw new RowError(`"history[${index}]" is not a question with its answer`)
    }
    return [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]
  })
}
