/** Reads answers: one from a text or message, a demonstration or a bad example by its label, pairs from scored ones. */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../contract/json.ts'
import type { Item, Message } from '../../contract/records.ts'
import {
  type ParsedRow,
  type RawObject,
  RowError,
  readMessage,
  readMessages,
  readSourceId,
  readText,
  restOf,
  sameResponses,
  type UnusedPart,
} from './fields.ts'
import { makeItem } from './item.ts'

/** An answer as text, as one assistant message, or as a list of one. */
export function readAnswer(row: RawObject, key: string): string {
  const value = row[key]
  if (typeof value !== 'object' || value === null) return readText(row, key)
  const messages = Array.isArray(value) ? readMessages(value, key) : [readMessage(value, key)]
  if (messages.length !== 1 || messages[0]!.role !== 'assistant') {
    throw new RowError(`"${key}" is not one assistant message`)
  }
  return messages[0]!.content
}

/** Refuses an answer that would teach a model to say nothing. */
export function requireAnswer(answer: string, key: string): string {
  if (answer.trim() === '') throw new RowError(`"${key}" is empty: there is no answer`)
  return answer
}

/** Splits a dialogue into its last answer and the messages before it. */
export function splitDialogue(messages: Message[], key: string): { prompt: Message[]; answer: string } {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') {
    throw new RowError(
      `"${key}" ${last ? `ends with a ${last.role} message` : 'is empty'}: there is no answer`,
    )
  }
  if (messages.length === 1) throw new RowError(`"${key}" has no message before the answer`)
  return { prompt: messages.slice(0, -1), answer: requireAnswer(last.content, key) }
}

/** As they are after `wordOf`. */
const goodWords = new Set(
  'true yes good positive pos desirable desired chosen accept accepted preferred like liked upvote upvoted up thumbs_up correct right pass passed acceptable 👍'.split(
    ' ',
  ),
)
const badWords = new Set(
  'false no bad negative neg undesirable undesired rejected reject dispreferred dislike disliked downvote downvoted down thumbs_down incorrect wrong fail failed unacceptable 👎'.split(
    ' ',
  ),
)

function wordOf(value: unknown): string {
  return String(value).trim().toLowerCase().replaceAll(/[ -]+/g, '_')
}

/** Whether an answer is good, as true or false, 1, 0 or −1, or as text, also "0.0" and "bad"; null if it is none. */
export function toVerdict(value: unknown): boolean | null {
  const number = toNumber(value)
  if (number !== null) return number === 1 ? true : number === 0 || number === -1 ? false : null
  const word = wordOf(value)
  if (goodWords.has(word)) return true
  return badWords.has(word) ? false : null
}

/**
 * The key that says whether a row's answer is good; null if it has none. A tag without a value counts; a rating or
 * feedback does only as a word, since a number there is a grade.
 */
export function findVerdictKey(row: RawObject): string | null {
  if ('kto_tag' in row) return 'kto_tag'
  if ('label' in row && (row.label === null || toVerdict(row.label) !== null)) return 'label'
  const isVerdict = (value: unknown) =>
    typeof value === 'string' && toNumber(value) === null && toVerdict(value) !== null
  return ['rating', 'feedback'].find((key) => isVerdict(row[key])) ?? null
}

/**
 * A good answer is a demonstration; a bad one is a response to edit, and never a demonstration. Its metadata has the
 * verdict, because other responses to edit have none.
 */
export function judgedAnswer(
  row: RawObject,
  answer: string,
  metadata: JsonObject,
): Pick<Item, 'chosen' | 'rejected' | 'metadata'> {
  const key = findVerdictKey(row) ?? 'kto_tag'
  const isGood = toVerdict(row[key])
  if (isGood === null) {
    const value = JSON.stringify(row[key] ?? null)
    throw new RowError(`"${key}" is ${value}, not true or false: it does not say whether the answer is good`)
  }
  if (isGood) return { chosen: answer, rejected: null, metadata }
  return { chosen: null, rejected: answer, metadata: { ...metadata, label: false } }
}

/** One of several answers to a prompt. */
export interface ScoredAnswer {
  text: string
  /** Higher is better; null if it was not judged. */
  score: number | null
  /** What else is known about it, such as its model. */
  detail: JsonObject
}

/**
 * One item per pair of which one answer is better: the paper's and InstructGPT's reading of a ranking. What is known of
 * the two answers goes to `chosen` and `rejected` in the metadata.
 * @returns also why each other pair is not used: equal scores, equal texts, no score
 */
export function pairItems(
  content: Pick<Item, 'source' | 'prompt'> & Partial<Omit<Item, 'id' | 'chosen' | 'rejected'>>,
  answers: ScoredAnswer[],
): (ParsedRow | UnusedPart)[] {
  if (answers.length < 2) return [{ reason: 'it has fewer than two answers: there is no pair' }]
  return answers.flatMap((first, index) =>
    answers.slice(index + 1).map((second, offset) => {
      const names = `answers ${index + 1} and ${index + offset + 2}`
      if (first.score === null || second.score === null) return { reason: `${names} were not both judged` }
      if (first.score === second.score) return { reason: `${names} are equally good: it is a tie` }
      if (first.text === second.text) return { reason: `${names}: ${sameResponses}` }
      const [chosen, rejected] = first.score > second.score ? [first, second] : [second, first]
      const metadata = { ...content.metadata, ...detailsOf(chosen, rejected) }
      const item = makeItem({ ...content, chosen: chosen.text, rejected: rejected.text, metadata })
      return { item, annotations: [] }
    }),
  )
}

function detailsOf(chosen: ScoredAnswer, rejected: ScoredAnswer): JsonObject {
  if (isDeepStrictEqual([chosen.detail, rejected.detail], [{}, {}])) return {}
  return { chosen: chosen.detail, rejected: rejected.detail }
}

/** A finite number, also as text of a table; null for anything else. */
export function toNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/**
 * What is not a prompt or an answer: source, id and metadata.
 * @param used keys that were read
 */
export function originOf(
  row: RawObject,
  source: string,
  used: string[],
): Pick<Item, 'source' | 'sourceId' | 'metadata'> {
  const isNamed = typeof row.source === 'string'
  return {
    source: isNamed ? (row.source as string) : source,
    sourceId: readSourceId(row),
    metadata: restOf(row, ['id', ...(isNamed ? ['source'] : []), ...used]),
  }
}
