/**
 * TRL's preference rows: `chosen` and `rejected`, each a text or a list of messages, with a `prompt`; without one, what
 * both begin with is the prompt.
 */
import type { Message } from '../../../contract/records.ts'
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readMessages,
  readOptionalText,
  readPrompt,
  readSourceId,
  readText,
  requireDifference,
  restOf,
  sameResponses,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { isTranscript } from '../transcript.ts'

export const trlImporter: Importer = {
  name: 'trl',
  rows: 'TRL preferences {chosen, rejected, prompt?}',
  recognises: (row) =>
    has(row, 'chosen', 'rejected') &&
    !has(row, 'edited') &&
    (has(row, 'prompt') || !(isTranscript(row.chosen) && isTranscript(row.rejected))),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const { prompt, chosen, rejected } = readPair(row)
  requireDifference(chosen, rejected)
  const metadata = restOf(row, ['id', 'source', 'prompt', 'chosen', 'rejected'])
  const source = readOptionalText(row, 'source') ?? 'trl'
  const item = makeItem({ sourceId: readSourceId(row), source, prompt, chosen, rejected, metadata })
  return { item, annotations: [] }
}

interface Pair {
  prompt: Message[]
  chosen: string
  rejected: string
}

function readPair(row: RawObject): Pair {
  const prompt = has(row, 'prompt') ? readPrompt(row, 'prompt') : null
  if (!Array.isArray(row.chosen) && !Array.isArray(row.rejected)) {
    const chosen = readText(row, 'chosen')
    const rejected = readText(row, 'rejected')
    return prompt ? { prompt, chosen, rejected } : splitTexts(chosen, rejected)
  }
  return splitDialogues(prompt, readMessages(row.chosen, 'chosen'), readMessages(row.rejected, 'rejected'))
}

/** Splits what two dialogues begin with from the one response that each ends with. */
function splitDialogues(prompt: Message[] | null, chosen: Message[], rejected: Message[]): Pair {
  let shared = 0
  while (
    shared < Math.min(chosen.length, rejected.length) &&
    sameMessage(chosen[shared]!, rejected[shared]!)
  ) {
    shared++
  }
  if (shared === chosen.length && shared === rejected.length) throw new RowError(sameResponses)
  const start = chosen.slice(0, shared)
  // Some collections repeat the prompt in the dialogues; in others the dialogues continue it.
  const whole = prompt === null || contains(start, prompt) ? start : [...prompt, ...start]
  if (whole.length === 0)
    throw new RowError('there is no "prompt", and chosen and rejected share no first message')
  return {
    prompt: whole,
    chosen: response(chosen, shared, 'chosen'),
    rejected: response(rejected, shared, 'rejected'),
  }
}

function response(messages: Message[], shared: number, key: string): string {
  const [message, ...others] = messages.slice(shared)
  if (message?.role === 'assistant' && others.length === 0) return message.content
  const count = messages.length - shared
  const ending = count === 1 ? `a ${message!.role} message` : `${count} messages`
  throw new RowError(`"${key}" has ${ending} after the prompt, not one assistant message`)
}

function contains(messages: Message[], part: Message[]): boolean {
  return messages.some((_, from) =>
    part.every((message, index) => {
      const other = messages[from + index]
      return other !== undefined && sameMessage(message, other)
    }),
  )
}

function sameMessage(a: Message, b: Message): boolean {
  return a.role === b.role && a.content === b.content
}

/** Splits what two texts begin with from what follows; a space in between belongs to the responses. */
function splitTexts(chosen: string, rejected: string): Pair {
  requireDifference(chosen, rejected)
  let shared = 0
  while (shared < Math.min(chosen.length, rejected.length) && chosen[shared] === rejected[shared]) shared++
  let cut = startOfWord(chosen, rejected, shared)
  if (chosen[cut - 1] === ' ') cut--
  if (cut === 0) throw new RowError('there is no "prompt", and chosen and rejected share no first words')
  return {
    prompt: [{ role: 'user', content: chosen.slice(0, cut) }],
    chosen: chosen.slice(cut),
    rejected: rejected.slice(cut),
  }
}

/** Longer runs without a space are not words (Chinese has none): there the cut stays between characters. */
const maxWord = 40

/** Moves a cut that would leave one text empty, or split a word or a surrogate pair, to before it. */
function startOfWord(a: string, b: string, shared: number): number {
  const between = [a[shared], b[shared]].every((next) => next !== undefined && /\s/.test(next))
  if (between) return shared
  for (let cut = shared; cut >= Math.max(0, shared - maxWord); cut--) {
    if (cut === 0 || /\s/.test(a[cut - 1]!)) return cut
  }
  return a.slice(0, shared).isWellFormed() ? shared : shared - 1
}
