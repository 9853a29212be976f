/**
 * Plain rows, `{ prompt, rejected, edited }` and the like, from JSON or a table: whatever of context, chosen,
 * rejected and edited a row has. `edited` becomes a finished annotation; unknown fields become metadata.
 */
import {
  demandDifference,
  has,
  type Importer,
  importedEdit,
  type ParsedRow,
  type RawObject,
  RowError,
  readContext,
  readOptionalText,
  readPrompt,
  readSourceId,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { readSpans } from '../spans.ts'

const FIELDS = ['id', 'source', 'prompt', 'context', 'chosen', 'rejected', 'edited', 'error_spans']

export const plainImporter: Importer = {
  name: 'plain',
  rows: 'plain rows {prompt, rejected, edited} with context? and chosen?',
  recognises: (row) => has(row, 'prompt') && ['chosen', 'rejected', 'edited'].some((key) => has(row, key)),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const chosen = readOptionalText(row, 'chosen')
  const rejected = readOptionalText(row, 'rejected')
  const edited = readOptionalText(row, 'edited')
  if (edited !== null && rejected === null)
    throw new RowError('"edited" is there, but not the "rejected" it edits')
  if (chosen !== null && rejected !== null) demandDifference(chosen, rejected)
  const item = makeItem({
    sourceId: readSourceId(row),
    source: readOptionalText(row, 'source') ?? 'plain',
    prompt: readPrompt(row, 'prompt'),
    context: readContext(row, 'context'),
    chosen,
    rejected,
    errorSpans: readSpans(row.error_spans, 'error_spans', rejected ?? ''),
    metadata: restOf(row, edited === null ? FIELDS : [...FIELDS, 'annotator']),
  })
  // An empty text is nobody's correction of a response: the item is left to be edited.
  const finished = edited !== null && (edited !== '' || rejected === '')
  const annotator = readOptionalText(row, 'annotator') || undefined
  return { item, annotations: finished ? [importedEdit(item.id, edited, annotator)] : [] }
}
