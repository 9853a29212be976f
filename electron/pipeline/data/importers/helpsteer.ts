/**
 * NVIDIA's HelpSteer collections. HelpSteer2: rated responses, of which neighbours with one prompt are compared by
 * helpfulness, and preferences. HelpSteer3: preferences, feedback, edits, and edits of different quality.
 */

import type { Message } from '../../../contract/records.ts'
import { originOf, pairItems, requireAnswer, type ScoredAnswer, toNumber } from '../answers.ts'
import {
  has,
  type Importer,
  importedEdit,
  type Parsed,
  type ParsedRow,
  type RawObject,
  RowError,
  readMessages,
  readText,
  requireDifference,
} from '../fields.ts'
import { makeItem } from '../item.ts'

const attributes = ['helpfulness', 'correctness', 'coherence', 'complexity', 'verbosity']

export const ratedResponseImporter: Importer = {
  name: 'helpsteer2',
  rows: 'HelpSteer2 ratings (prompt, response, helpfulness, correctness, …)',
  reading:
    'Neighbouring responses to one prompt are compared by helpfulness; a response on its own is to be edited.',
  recognises: (row) => has(row, 'prompt', 'response', 'helpfulness', 'correctness'),
  groupKey: (row) => JSON.stringify(row.prompt),
  parse: parseRated,
}

export const helpSteer2PreferenceImporter: Importer = {
  name: 'helpsteer2-preference',
  rows: 'HelpSteer2 preferences (prompt, response_1, response_2, preference_strength)',
  recognises: (row) => has(row, 'prompt', 'response_1', 'response_2', 'preference_strength'),
  parse: (row) =>
    parsePreference(row, {
      prompt: readTurns(readText(row, 'prompt')),
      keys: ['prompt', 'response_1', 'response_2'],
      strengthKey: 'preference_strength',
      source: 'helpsteer2',
    }),
}

export const helpSteer3PreferenceImporter: Importer = {
  name: 'helpsteer3-preference',
  rows: 'HelpSteer3 preferences (context, response1, response2, overall_preference)',
  recognises: (row) => has(row, 'context', 'response1', 'response2', 'overall_preference'),
  parse: (row) =>
    parsePreference(row, {
      prompt: readContextMessages(row),
      keys: ['context', 'response1', 'response2'],
      strengthKey: 'overall_preference',
      source: 'helpsteer3',
    }),
}

export const helpSteer3FeedbackImporter: Importer = {
  name: 'helpsteer3-feedback',
  rows: 'HelpSteer3 feedback (context, response1, response2, feedback1, feedback2)',
  reading: 'Each response is to be edited; its feedback is kept as metadata.',
  recognises: (row) =>
    has(row, 'context', 'response1', 'response2', 'feedback1') && !has(row, 'overall_preference'),
  parse: parseFeedback,
}

export const helpSteer3EditImporter: Importer = {
  name: 'helpsteer3-edit',
  rows: 'HelpSteer3 edits (context, original_response, edited_response)',
  recognises: (row) => has(row, 'context', 'original_response', 'edited_response'),
  parse: parseEdit,
}

export const helpSteer3QualityImporter: Importer = {
  name: 'helpsteer3-edit-quality',
  rows: 'HelpSteer3 edit quality (context, original_response, good_edited_response, bad_edited_response)',
  reading: 'The good edit is a finished edit of the original; with the bad one it is also a preference.',
  recognises: (row) =>
    has(row, 'context', 'original_response', 'good_edited_response', 'bad_edited_response'),
  parse: parseQuality,
}

function parseRated(row: RawObject, others: RawObject[]): Parsed {
  const prompt = readTurns(readText(row, 'prompt'))
  const group = [row, ...others]
  const originOfOne = (one: RawObject) => originOf(one, 'helpsteer2', ['prompt', 'response'])
  if (group.length === 1) {
    const rejected = requireAnswer(readText(row, 'response'), 'response')
    return { item: makeItem({ ...originOfOne(row), prompt, rejected }), annotations: [] }
  }
  const answers = group.map((one): ScoredAnswer => {
    const { metadata } = originOfOne(one)
    return { text: readText(one, 'response'), score: toNumber(one.helpfulness), detail: metadata }
  })
  const { source, sourceId, metadata } = originOf(row, 'helpsteer2', ['prompt', 'response', ...attributes])
  // What all rows of the prompt have in common is of the pair; the rest is of its responses.
  const shared = Object.entries(metadata).filter(([key, value]) =>
    others.every((other) => JSON.stringify(other[key]) === JSON.stringify(value)),
  )
  return pairItems({ source, sourceId, prompt, metadata: Object.fromEntries(shared) }, answers)
}

interface PreferenceForm {
  prompt: Message[]
  /** The keys of the prompt and the two responses. */
  keys: [prompt: string, first: string, second: string]
  /** −3 (the first is much better) to 3 (the second is). */
  strengthKey: string
  source: string
}

function parsePreference(row: RawObject, { prompt, keys, strengthKey, source }: PreferenceForm): Parsed {
  const strength = toNumber(row[strengthKey])
  if (strength === null)
    throw new RowError(`"${strengthKey}" is ${JSON.stringify(row[strengthKey])}, not a number`)
  const [, first, second] = keys
  return pairItems({ ...originOf(row, source, keys), prompt }, [
    { text: readText(row, first), score: -strength, detail: {} },
    { text: readText(row, second), score: strength, detail: {} },
  ])
}

function parseFeedback(row: RawObject): Parsed {
  const prompt = readContextMessages(row)
  const origin = originOf(row, 'helpsteer3', ['context', 'response1', 'response2', 'feedback1', 'feedback2'])
  return [1, 2].map((number): ParsedRow => {
    const rejected = requireAnswer(readText(row, `response${number}`), `response${number}`)
    const { metadata } = originOf({ feedback: row[`feedback${number}`] ?? null }, '', [])
    const item = makeItem({ ...origin, prompt, rejected, metadata: { ...origin.metadata, ...metadata } })
    return { item, annotations: [] }
  })
}

function parseEdit(row: RawObject): ParsedRow {
  return editItem(row, 'edited_response', ['context', 'original_response', 'edited_response'])
}

function editItem(row: RawObject, editedKey: string, used: string[]): ParsedRow {
  const rejected = readText(row, 'original_response')
  const edited = readText(row, editedKey)
  if (edited.trim() === '' && rejected !== '') throw new RowError(`"${editedKey}" is empty: there is no edit`)
  const item = makeItem({ ...originOf(row, 'helpsteer3', used), prompt: readContextMessages(row), rejected })
  return { item, annotations: [importedEdit(item.id, edited)] }
}

function parseQuality(row: RawObject): Parsed {
  const used = ['context', 'original_response', 'good_edited_response', 'bad_edited_response']
  const chosen = readText(row, 'good_edited_response')
  const rejected = readText(row, 'bad_edited_response')
  requireDifference(chosen, rejected)
  const origin = originOf(row, 'helpsteer3', used)
  const pair = makeItem({ ...origin, prompt: readContextMessages(row), chosen, rejected })
  return [editItem(row, 'good_edited_response', used), { item: pair, annotations: [] }]
}

/** HelpSteer3's `context` is the dialogue so far. */
function readContextMessages(row: RawObject): Message[] {
  const messages = readMessages(row.context, 'context')
  if (messages.length === 0) throw new RowError('"context" is empty: there is no prompt')
  return messages
}

const turnOpening = /<extra_id_1>(User|Assistant)\n/

/** HelpSteer2's prompts have all turns in one text, each but the first after a line that names its role. */
function readTurns(text: string): Message[] {
  if (text === '') throw new RowError('"prompt" is empty')
  const [first, ...parts] = text.split(turnOpening)
  const messages: Message[] = [{ role: 'user', content: parts.length === 0 ? text : trimLineEnd(first!) }]
  for (let index = 0; index < parts.length; index += 2) {
    const role = parts[index] === 'User' ? 'user' : 'assistant'
    const isLast = index === parts.length - 2
    messages.push({ role, content: isLast ? parts[index + 1]! : trimLineEnd(parts[index + 1]!) })
  }
  return messages
}

/** Without the line break before the next turn's opening. */
function trimLineEnd(text: string): string {
  return text.replace(/\n$/, '')
}
