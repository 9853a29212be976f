/**
 * Preference rows with `chosen` and `rejected`, each a text or a list of messages: TRL's, with a `prompt`, and those of
 * LLaMA-Factory, Orca and others that call it `instruction` or `question`. Without one, the messages that both dialogues
 * begin with are the prompt; two texts do not say where their prompt ends.
 */
import type { Message } from '../../../contract/records.ts'
import { originOf, readAnswer } from '../answers.ts'
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readMessages,
  requireDifference,
  sameResponses,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { findPromptKey, missingPrompt, readRequest } from '../request.ts'
import { isTranscript } from '../transcript.ts'
import { isImplicitPair } from './trl-implicit.ts'

export const trlImporter: Importer = {
  name: 'trl',
  rows: 'TRL preferences (prompt, chosen, rejected, perhaps context)',
  recognises: (row) =>
    isPair(row) &&
    (has(row, 'prompt') || (findPromptKey(row) === null && !areTranscripts(row) && !isImplicitPair(row))),
  parse: (row) => parse(row, 'trl'),
}

export const instructionPairImporter: Importer = {
  name: 'instruction-pairs',
  rows: 'preferences (instruction, question, query or input, perhaps system and history, chosen, rejected)',
  recognises: (row) =>
    isPair(row) && !has(row, 'prompt') && findPromptKey(row) !== null && !areTranscripts(row),
  parse: (row) => parse(row, 'instruction-pairs'),
}

function isPair(row: RawObject): boolean {
  return has(row, 'chosen', 'rejected') && !has(row, 'edited')
}

function areTranscripts(row: RawObject): boolean {
  return isTranscript(row.chosen) && isTranscript(row.rejected)
}

function parse(row: RawObject, source: string): ParsedRow {
  const request = findPromptKey(row) === null ? null : readRequest(row)
  const { prompt, chosen, rejected } = readPair(row, request?.prompt ?? null)
  requireDifference(chosen, rejected)
  const origin = originOf(row, source, [...(request?.used ?? []), 'chosen', 'rejected'])
  return {
    item: makeItem({ ...origin, prompt, context: request?.context, chosen, rejected }),
    annotations: [],
  }
}

interface Pair {
  prompt: Message[]
  chosen: string
  rejected: string
}

function readPair(row: RawObject, prompt: Message[] | null): Pair {
  if (Array.isArray(row.chosen) || Array.isArray(row.rejected)) {
    return splitDialogues(prompt, readMessages(row.chosen, 'chosen'), readMessages(row.rejected, 'rejected'))
  }
  const chosen = readAnswer(row, 'chosen')
  const rejected = readAnswer(row, 'rejected')
  if (prompt === null) throw missingPrompt(row)
  return { prompt, chosen, rejected }
}

/** Splits what two dialogues begin with from the one response that each ends with. */
function splitDialogues(prompt: Message[] | null, chosen: Message[], rejected: Message[]): Pair {
  let shared = 0
  while (shared < Math.min(chosen.length, rejected.length) && isShared(chosen[shared]!, rejected[shared]!)) {
    shared++
  }
  if (shared === chosen.length && shared === rejected.length) throw new RowError(sameResponses)
  const start = chosen.slice(0, shared)
  const whole = prompt === null ? start : joinPrompt(prompt, start)
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

/** Some collections repeat the prompt in the dialogues, or a part of it; in others the dialogues continue it. */
function joinPrompt(prompt: Message[], start: Message[]): Message[] {
  if (contains(start, prompt)) return start
  if (contains(prompt, start)) return prompt
  if (prompt.at(-1)!.role === 'user' && start.find(({ role }) => role !== 'system')?.role === 'user') {
    throw new RowError(
      '"prompt" ends with a user message, but chosen and rejected begin with a different one',
    )
  }
  return [...prompt, ...start]
}

function contains(messages: Message[], part: Message[]): boolean {
  return messages.some((_, from) =>
    part.every((message, index) => {
      const other = messages[from + index]
      return other !== undefined && isRepeated(message, other)
    }),
  )
}

/** Responses may differ in white space alone; what was asked is then the same. */
function isShared(a: Message, b: Message): boolean {
  return a.role === 'assistant' ? a.role === b.role && a.content === b.content : isRepeated(a, b)
}

/** Collections write a prompt and its copy in the dialogue with different white space. */
function isRepeated(a: Message, b: Message): boolean {
  const words = ({ content }: Message) => content.trim().replaceAll(/\s+/g, ' ')
  return a.role === b.role && words(a) === words(b)
}
