/**
 * FineGrainedRLHF's feedback rows: a question with passages, a first prediction with marked errors, and an
 * annotator's correction of it, which becomes a finished edit if there is one.
 */
import {
  has,
  type Importer,
  importedEdit,
  type ParsedRow,
  type RawObject,
  RowError,
  readText,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { readSpans } from '../spans.ts'

export const fineGrainedImporter: Importer = {
  name: 'fine-grained-rlhf',
  rows: 'FineGrainedRLHF feedback (question, passages, prediction 1, feedback)',
  recognises: (row) => has(row, 'question', 'prediction 1', 'feedback'),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const feedback = row.feedback
  if (typeof feedback !== 'object' || feedback === null) throw new RowError('"feedback" is not an object')
  const rejected = readText(row, 'prediction 1')
  const corrected = readText(feedback as RawObject, 'corrected-prediction')
  const item = makeItem({
    source: 'fine-grained-rlhf',
    prompt: [{ role: 'user', content: readText(row, 'question') }],
    context: readPassages(row.passages),
    rejected,
    errorSpans: readSpans((feedback as RawObject).errors, 'feedback.errors', rejected),
    metadata: {
      ...restOf(row, ['question', 'passages', 'prediction 1', 'feedback']),
      feedback: restOf(feedback as RawObject, ['corrected-prediction']),
    },
  })
  const isCorrected = corrected !== '' || rejected === ''
  return { item, annotations: isCorrected ? [importedEdit(item.id, corrected)] : [] }
}

/** Each passage is a list of its title and then its sentences. */
function readPassages(passages: unknown): string {
  if (passages === undefined || passages === null) return ''
  if (!Array.isArray(passages) || !passages.every(isTexts)) {
    throw new RowError('"passages" is not a list of lists of sentences')
  }
  return passages.map(([, ...sentences]) => sentences.join(' ')).join('\n\n')
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string')
}
