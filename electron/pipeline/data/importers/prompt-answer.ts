/**
 * A prompt and one answer: TRL's `{ prompt, completion }`, Alpaca's `{ instruction, input?, output }`, and the same
 * with a verdict (TRL's unpaired preferences, LLaMA-Factory's KTO rows), where a bad answer is never a demonstration.
 */
import { findVerdictKey, judgedAnswer, originOf, readAnswer, requireAnswer } from '../answers.ts'
import { has, type Importer, type ParsedRow, type RawObject } from '../fields.ts'
import { makeItem } from '../item.ts'
import { findPromptKey, readRequest } from '../request.ts'

/** Names of an answer. `response` is one only beside a verdict: else, in a table, it is the text to edit. */
const answerKeys = ['completion', 'output', 'answer']

function findAnswerKey(row: RawObject): string | null {
  const keys = findVerdictKey(row) === null ? answerKeys : [...answerKeys, 'response']
  return keys.find((key) => has(row, key) && isAnswer(row[key])) ?? null
}

/** A list of several answers is another format. */
function isAnswer(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 1
}

const isPromptWithAnswer = (row: RawObject) =>
  findPromptKey(row) !== null &&
  findAnswerKey(row) !== null &&
  !['chosen', 'rejected', 'edited', 'instances'].some((key) => has(row, key))

export const alpacaOutputImporter: Importer = {
  name: 'alpaca-output',
  rows: 'Alpaca and AlpacaFarm outputs (instruction, perhaps input, output)',
  reading: 'Demonstrations: each output answers its instruction.',
  recognises: (row) =>
    has(row, 'instruction', 'output') && isPromptWithAnswer(row) && findVerdictKey(row) === null,
  parse: (row) => parseDemonstration(row, 'alpaca'),
}

export const completionImporter: Importer = {
  name: 'prompt-completion',
  rows: 'TRL demonstrations (prompt, completion)',
  reading: 'Demonstrations: each completion answers its prompt.',
  recognises: (row) => isPromptWithAnswer(row) && findVerdictKey(row) === null,
  parse: (row) => parseDemonstration(row, 'prompt-completion'),
}

export const judgedAnswerImporter: Importer = {
  name: 'kto',
  rows: 'judged answers, as for KTO (prompt, completion, label) or (instruction, output, kto_tag)',
  reading: 'A good answer is a demonstration, a bad one is to be edited.',
  recognises: (row) => isPromptWithAnswer(row) && findVerdictKey(row) !== null,
  parse: parseJudged,
}

function parseDemonstration(row: RawObject, source: string): ParsedRow {
  const { prompt, context, used } = readRequest(row)
  const key = findAnswerKey(row)!
  const chosen = requireAnswer(readAnswer(row, key), key)
  const item = makeItem({ ...originOf(row, source, [...used, key]), prompt, context, chosen })
  return { item, annotations: [] }
}

function parseJudged(row: RawObject): ParsedRow {
  const { prompt, context, used } = readRequest(row)
  const key = findAnswerKey(row)!
  const answer = requireAnswer(readAnswer(row, key), key)
  const origin = originOf(row, 'kto', [...used, key, findVerdictKey(row)!])
  return {
    item: makeItem({ ...origin, prompt, context, ...judgedAnswer(row, answer, origin.metadata) }),
    annotations: [],
  }
}
