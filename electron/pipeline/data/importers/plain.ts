/**
 * Plain rows, `{ prompt, rejected, edited }` and the like, from JSON or a table, with any of context, chosen,
 * rejected and edited. `edited` becomes a finished annotation; unknown fields become metadata.
 */
import { suggestedColumns } from '../columns.ts'
import {
  has,
  type Importer,
  importedEdit,
  type ParsedRow,
  type RawObject,
  RowError,
  readOptionalText,
  readSourceId,
  requireDifference,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { readRequest } from '../request.ts'
import { readSpans } from '../spans.ts'

const fields = ['id', 'source', 'chosen', 'rejected', 'edited', 'error_spans']

export const plainImporter: Importer = {
  name: 'plain',
  rows: 'plain rows (prompt, rejected and edited; also context and chosen)',
  recognises: (row) => has(row, 'prompt') && ['chosen', 'rejected', 'edited'].some((key) => has(row, key)),
  parse,
}

function missingRejected(row: RawObject): string {
  const { used } = readRequest(row)
  const options = suggestedColumns(row, [...fields.filter((key) => has(row, key)), 'prompt', ...used])
  return `it has "edited", but not the "rejected" that was edited: name its column, as in ${options || '--columns rejected=COLUMN'}`
}

function parse(row: RawObject): ParsedRow {
  const chosen = readOptionalText(row, 'chosen')
  const rejected = readOptionalText(row, 'rejected')
  const edited = readOptionalText(row, 'edited')
  if (edited !== null && rejected === null) throw new RowError(missingRejected(row))
  if (chosen !== null && rejected !== null) requireDifference(chosen, rejected)
  const request = readRequest(row)
  const used = [...fields, ...request.used]
  const item = makeItem({
    sourceId: readSourceId(row),
    source: readOptionalText(row, 'source') ?? 'plain',
    prompt: request.prompt,
    context: request.context,
    chosen,
    rejected,
    errorSpans: readSpans(row.error_spans, 'error_spans', rejected ?? ''),
    metadata: restOf(row, edited === null ? used : [...used, 'annotator']),
  })
  // An empty text does not correct a response: the item still has to be edited.
  const isFinished = edited !== null && (edited !== '' || rejected === '')
  const annotator =
    typeof row.annotator === 'number' ? String(row.annotator) : readOptionalText(row, 'annotator') || null
  if (!isFinished) return { item, annotations: [] }
  return {
    item,
    annotations: [importedEdit(item.id, edited, annotator)],
    isOneOfMany: annotator !== null,
  }
}
