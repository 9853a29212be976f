/** Annotators' work on items: revisions that are appended and never changed. */
import { UserError } from '../contract/errors.ts'
import type { Annotation, Item, NewAnnotation } from '../contract/records.ts'
import { annotationChecksum, verifiedAnnotation } from './checksum.ts'
import { type Db, transact } from './database.ts'
import { nextAnnotation } from './incoming.ts'
import { type ItemFilter, iterateItems } from './items.ts'
import { json, now, text } from './values.ts'

interface AnnotationColumns {
  item_id: string
  annotator: string
  revision: number
  state: Annotation['state']
  edited: string
  operations: string
  elapsed_ms: number
  provenance: Annotation['provenance']
  created_at: string
  change_kinds: string | null
  shown: string | null
  checksum: string
}

const columns =
  'item_id, annotator, revision, state, edited, operations, elapsed_ms, provenance, created_at, change_kinds, shown, checksum'
const values =
  '@item_id, @annotator, @revision, @state, @edited, @operations, @elapsed_ms, @provenance, @created_at, @change_kinds, @shown, @checksum'

/**
 * Appends a revision; once this returns it survives a power cut.
 * @param after the newest revision that the writer has seen, 0 for none; null appends in any case
 * @throws UserError `not_found` for an unknown item, `conflict` if there is a revision that the writer has not seen
 */
export function saveAnnotation(db: Db, annotation: NewAnnotation, after: number | null = null): Annotation {
  return transact(db, () => {
    const { itemId, annotator } = annotation
    const newest = after === null ? null : latestAnnotation(db, itemId, annotator)
    if (newest !== null && newest.revision > after!) {
      const message = `${annotator} has edited item ${itemId} elsewhere meanwhile. Compare both versions and choose one.`
      throw new UserError('conflict', message)
    }
    return annotationWriter(db).append(annotation)
  })
}

/**
 * Prepared statements for appending many revisions; call them inside a transaction.
 * @param nextSeq the sequence numbers of an import's hidden revisions; null for revisions that show at once
 */
export function annotationWriter(db: Db, nextSeq: (() => number) | null = null) {
  const itemExists = db.prepare('SELECT 1 FROM items WHERE id = ?').pluck()
  const lastRevision = db
    .prepare('SELECT coalesce(max(revision), 0) FROM annotations WHERE item_id = ? AND annotator = ?')
    .pluck()
  const insert = db.prepare(
    `INSERT INTO annotations (seq, ${columns}) VALUES (coalesce(@seq, ${nextAnnotation}), ${values})`,
  )
  const selectSame = db
    .prepare(
      `SELECT 1 FROM annotations WHERE item_id = @item_id AND annotator = @annotator AND state = @state
        AND edited = @edited AND operations = @operations AND elapsed_ms = @elapsed_ms
        AND provenance = @provenance AND change_kinds IS @change_kinds AND shown IS @shown AND (@isDated = 0 OR created_at = @created_at)`,
    )
    .pluck()

  function append(annotation: NewAnnotation): Annotation {
    const { itemId, annotator } = annotation
    if (itemExists.get(itemId) === undefined) {
      throw new UserError('not_found', `This project has no item ${itemId} to annotate.`)
    }
    return insertAs((lastRevision.get(itemId, annotator) as number) + 1, annotation)
  }

  function insertAs(revision: number, annotation: NewAnnotation): Annotation {
    const createdAt = annotation.createdAt ?? now()
    const seq = nextSeq === null ? null : nextSeq()
    const row = { ...toColumns(annotation), revision, created_at: createdAt }
    insert.run({ ...row, seq, checksum: annotationChecksum(row) })
    return { ...annotation, revision, createdAt }
  }

  /** Appends a revision unless the annotator has an equal one of this item. @returns whether it was appended */
  function appendNew(annotation: NewAnnotation): boolean {
    const isDated = annotation.createdAt === null ? 0 : 1
    if (selectSame.get({ ...toColumns(annotation), created_at: annotation.createdAt, isDated }) !== undefined)
      return false
    append(annotation)
    return true
  }

  /** @param appendFirst appends to an item that was stored just now and has no annotation */
  return { append, appendNew, appendFirst: (annotation: NewAnnotation) => insertAs(1, annotation) }
}

/** All revisions of an item, by annotator and then in order. */
export function listAnnotations(db: Db, itemId: string): Annotation[] {
  const select = db.prepare(
    `SELECT ${columns} FROM shown_annotations WHERE item_id = ? ORDER BY annotator, revision`,
  )
  return (select.all(itemId) as AnnotationColumns[]).map((row) => toAnnotation(db, row))
}

/** Counts the revisions of all items. */
export function countAnnotations(db: Db): number {
  return db.prepare('SELECT count(*) FROM shown_annotations').pluck().get() as number
}

export function latestAnnotation(db: Db, itemId: string, annotator: string): Annotation | null {
  const select = db.prepare(`SELECT ${columns} FROM latest_annotations WHERE item_id = ? AND annotator = ?`)
  const row = select.get(itemId, annotator) as AnnotationColumns | undefined
  return row ? toAnnotation(db, row) : null
}

/** Yields items with all their revisions, in the order in which the items were stored, for exports. */
export function* iterateAnnotatedItems(
  db: Db,
  filter: ItemFilter = {},
): Generator<{ item: Item; annotations: Annotation[] }> {
  for (const item of iterateItems(db, filter)) yield { item, annotations: listAnnotations(db, item.id) }
}

function toColumns(
  annotation: NewAnnotation,
): Omit<AnnotationColumns, 'revision' | 'created_at' | 'checksum'> {
  return {
    item_id: annotation.itemId,
    annotator: text(annotation.annotator, "The annotator's name"),
    state: annotation.state,
    edited: text(annotation.edited, 'The edited response'),
    operations: json(annotation.operations, 'The list of edits'),
    elapsed_ms: annotation.elapsedMs,
    provenance: annotation.provenance,
    change_kinds: annotation.changeKinds?.length
      ? json(annotation.changeKinds, 'The kinds of changes')
      : null,
    shown: annotation.shown ? json(annotation.shown, 'What was shown by chance') : null,
  }
}

/** @throws DamagedProject if it is not what was stored */
function toAnnotation(db: Db, row: AnnotationColumns): Annotation {
  verifiedAnnotation(row, db.name)
  return {
    itemId: row.item_id,
    annotator: row.annotator,
    revision: row.revision,
    state: row.state,
    edited: row.edited,
    operations: JSON.parse(row.operations),
    elapsedMs: row.elapsed_ms,
    provenance: row.provenance,
    createdAt: row.created_at,
    ...(row.change_kinds === null ? {} : { changeKinds: JSON.parse(row.change_kinds) }),
    ...(row.shown === null ? {} : { shown: JSON.parse(row.shown) }),
  }
}
