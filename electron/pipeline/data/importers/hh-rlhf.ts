/** Anthropic's HH-RLHF rows: two transcripts, `chosen` and `rejected`, identical up to the last assistant turn. */
import {
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readText,
  requireDifference,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { isTranscript, parseTranscript } from '../transcript.ts'

export const hhImporter: Importer = {
  name: 'hh-rlhf',
  rows: 'HH-RLHF transcripts (chosen, rejected)',
  recognises: (row) => isTranscript(row.chosen) && isTranscript(row.rejected) && !('prompt' in row),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const chosen = splitTranscript(row, 'chosen')
  const rejected = splitTranscript(row, 'rejected')
  if (chosen.start !== rejected.start)
    throw new RowError('the two dialogues differ before their last response')
  requireDifference(chosen.response, rejected.response)
  const item = makeItem({
    source: 'hh-rlhf',
    prompt: parseTranscript(chosen.start),
    chosen: chosen.response,
    rejected: rejected.response,
    metadata: restOf(row, ['chosen', 'rejected']),
  })
  return { item, annotations: [] }
}

function splitTranscript(row: RawObject, key: string): { start: string; response: string } {
  const text = readText(row, key)
  const last = parseTranscript(text).at(-1)!
  if (last.role !== 'assistant') throw new RowError(`"${key}" does not end with an assistant turn`)
  return { start: text.slice(0, text.lastIndexOf('\n\nAssistant:')), response: last.content }
}
