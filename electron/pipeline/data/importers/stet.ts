/**
 * Stet's own rows, `{ stet: 1, item, annotations }`: an item with all its revisions, so that an export
 * that is imported and exported again has the same bytes.
 */
import { z } from 'zod'
import { Annotation, ErrorSpan, Item, Message, type NewAnnotation } from '../../../contract/records.ts'
import { has, type Importer, type ParsedRow, type RawObject, RowError } from '../fields.ts'
import { itemId } from '../item.ts'

export const stetRowVersion = 1

const StetRow = z.strictObject({
  stet: z.literal(stetRowVersion),
  item: Item.extend({
    prompt: z.array(Message.strict()).min(1),
    errorSpans: z.array(ErrorSpan.strict()).nullable(),
  }).strict(),
  annotations: z.array(Annotation.strict()),
})

export const stetImporter: Importer = {
  name: 'stet',
  rows: 'Stet rows (stet, item, annotations)',
  recognises: (row) => has(row, 'stet', 'item'),
  parse,
}

function parse(row: RawObject): ParsedRow {
  if (typeof row.stet === 'number' && row.stet > stetRowVersion) {
    throw new RowError(`it was written by a newer Stet (row version ${row.stet}): update this one`)
  }
  const { success, error } = StetRow.safeParse(row)
  if (!success) {
    const issue = error.issues[0]!
    throw new RowError(`"${issue.path.join('.')}": ${issue.message}`)
  }
  // The row itself is used, not zod's copy of it, which leaves out a key called __proto__.
  const { item, annotations } = row as z.infer<typeof StetRow>
  const id = itemId(item)
  if (item.id !== id) {
    throw new RowError(
      `"item.id" is ${item.id}, but this content has the id ${id}: was the row edited by hand?`,
    )
  }
  checkSpans(item)
  checkRevisions(id, annotations)
  return { item, annotations: annotations.map(({ revision, ...annotation }): NewAnnotation => annotation) }
}

function checkSpans({ errorSpans, rejected }: Item): void {
  const length = rejected?.length ?? 0
  const wrong = errorSpans?.find(({ start, end }) => start > end || end > length)
  if (wrong)
    throw new RowError(`an error span, ${wrong.start} to ${wrong.end}, is outside the rejected response`)
}

/** Revisions are numbered by their order, so each annotator's must be complete and in order. */
function checkRevisions(id: string, annotations: Annotation[]): void {
  const last = new Map<string, number>()
  for (const { itemId, annotator, revision } of annotations) {
    if (itemId !== id) throw new RowError(`an annotation belongs to another item, ${itemId}`)
    const expected = (last.get(annotator) ?? 0) + 1
    if (revision !== expected) {
      throw new RowError(`revision ${expected} by ${annotator} is missing before revision ${revision}`)
    }
    last.set(annotator, revision)
  }
}
