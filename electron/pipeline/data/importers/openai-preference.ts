/** OpenAI's rows for preference fine-tuning, `{ input: { messages }, preferred_output, non_preferred_output }`. */
import { originOf, readAnswer, requireAnswer } from '../answers.ts'
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readMessages,
  requireDifference,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'

export const openaiPreferenceImporter: Importer = {
  name: 'openai-preference',
  rows: 'OpenAI preferences (input, preferred_output, non_preferred_output)',
  recognises: (row) => has(row, 'input', 'preferred_output', 'non_preferred_output'),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const input = row.input
  if (typeof input !== 'object' || input === null)
    throw new RowError('"input" is not an object with messages')
  const prompt = readMessages((input as RawObject).messages, 'input.messages')
  if (prompt.length === 0) throw new RowError('"input.messages" is empty')
  const chosen = requireAnswer(readAnswer(row, 'preferred_output'), 'preferred_output')
  const rejected = readAnswer(row, 'non_preferred_output')
  requireDifference(chosen, rejected)
  const origin = originOf(row, 'openai', ['input', 'preferred_output', 'non_preferred_output'])
  // Tools and settings of the request.
  const rest = restOf(input as RawObject, ['messages'])
  const metadata = Object.keys(rest).length === 0 ? origin.metadata : { ...origin.metadata, input: rest }
  return { item: makeItem({ ...origin, prompt, chosen, rejected, metadata }), annotations: [] }
}
