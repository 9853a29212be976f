/**
 * Dialogues in one list: TRL's and OpenAI's `messages`, ShareGPT's `conversations`. The last answer is a demonstration,
 * or, with `chosen` and `rejected` next to the list or a verdict on it, what these say.
 */
import {
  findVerdictKey,
  judgedAnswer,
  originOf,
  readAnswer,
  requireAnswer,
  splitDialogue,
} from '../answers.ts'
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readMessages,
  requireDifference,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { withEarlierTurns } from '../request.ts'

const listKeys = ['messages', 'conversations', 'conversation']

function findList(row: RawObject): string | null {
  return listKeys.find((key) => Array.isArray(row[key])) ?? null
}

const lastAnswer = 'the last answer of each dialogue; the messages before it are its prompt'

export const dialogueImporter: Importer = {
  name: 'dialogues',
  rows: 'dialogues (messages) or (conversations)',
  reading: `Demonstrations: ${lastAnswer}.`,
  recognises: (row) =>
    findList(row) !== null && !has(row, 'chosen') && !has(row, 'rejected') && findVerdictKey(row) === null,
  parse: parseDemonstration,
}

export const judgedDialogueImporter: Importer = {
  name: 'judged-dialogues',
  rows: 'dialogues with a verdict (messages or conversations, label or kto_tag)',
  reading: `A good answer is a demonstration, a bad one is to be edited: ${lastAnswer}.`,
  recognises: (row) => findList(row) !== null && !has(row, 'chosen') && findVerdictKey(row) !== null,
  parse: parseJudged,
}

export const dialoguePairImporter: Importer = {
  name: 'dialogue-pairs',
  rows: 'LLaMA-Factory preferences (conversations, chosen, rejected)',
  recognises: (row) =>
    has(row, 'chosen', 'rejected') && !has(row, 'prompt') && Array.isArray(row.conversations),
  parse: parsePair,
}

interface Dialogue {
  prompt: ParsedRow['item']['prompt']
  answer: string
  used: string[]
  /** OpenAI's and SlimOrca's weights of the messages, if any has one. */
  weights: { weights?: (number | null)[] }
}

function readDialogue(row: RawObject): Dialogue {
  const key = findList(row)!
  const { messages, weights } = takeWeights(row[key] as unknown[], key)
  const { prompt, answer } = splitDialogue(readMessages(messages, key), key)
  if (weights.weights?.at(-1) === 0) {
    throw new RowError(`the last answer of "${key}" has the weight 0: it is not meant to be learned`)
  }
  const turns = withEarlierTurns(row, prompt)
  return { prompt: turns.messages, answer, used: [key, ...turns.used], weights }
}

function takeWeights(list: unknown[], key: string): { messages: unknown[]; weights: Dialogue['weights'] } {
  const weights = list.map((message, index) => {
    const weight = (message as RawObject | null)?.weight ?? null
    if (weight === null || typeof weight === 'number') return weight
    throw new RowError(`"${key}[${index}].weight" is not a number`)
  })
  const messages = list.map((message) => {
    if (typeof message !== 'object' || message === null) return message
    const { weight, ...others } = message as RawObject
    return others
  })
  return { messages, weights: weights.some((weight) => weight !== null) ? { weights } : {} }
}

function parseDemonstration(row: RawObject): ParsedRow {
  const { prompt, answer, used, weights } = readDialogue(row)
  const origin = originOf(row, 'dialogues', used)
  const metadata = { ...origin.metadata, ...weights }
  return { item: makeItem({ ...origin, prompt, chosen: answer, metadata }), annotations: [] }
}

function parseJudged(row: RawObject): ParsedRow {
  const { prompt, answer, used, weights } = readDialogue(row)
  const origin = originOf(row, 'dialogues', [...used, findVerdictKey(row)!])
  const metadata = { ...origin.metadata, ...weights }
  return { item: makeItem({ ...origin, prompt, ...judgedAnswer(row, answer, metadata) }), annotations: [] }
}

function parsePair(row: RawObject): ParsedRow {
  const messages = readMessages(row.conversations, 'conversations')
  if (messages.at(-1)?.role !== 'user') throw new RowError('"conversations" does not end with a user message')
  const chosen = requireAnswer(readAnswer(row, 'chosen'), 'chosen')
  const rejected = readAnswer(row, 'rejected')
  requireDifference(chosen, rejected)
  const turns = withEarlierTurns(row, messages)
  const origin = originOf(row, 'dialogues', ['conversations', 'chosen', 'rejected', ...turns.used])
  return { item: makeItem({ ...origin, prompt: turns.messages, chosen, rejected }), annotations: [] }
}
