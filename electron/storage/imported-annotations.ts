/**
 * Stores the annotations of imported rows. Different corrections of one response stay separate annotations, also if the
 * file does not say who made them; a correction that the project has is not stored twice.
 */
import type { ImportedAnnotation } from '../contract/records.ts'
import { annotationWriter } from './annotations.ts'
import type { Db } from './database.ts'
import type { Incoming } from './incoming.ts'

/** Annotator of corrections whose file names none. */
const unnamed = 'import'

export interface ImportWriter {
  /**
   * Stores the annotations of one row; call inside a transaction.
   * @param isNewItem whether the item was stored just now
   * @returns whether any of them was new
   */
  write(itemId: string, annotations: readonly ImportedAnnotation[], isNewItem: boolean): boolean
  /** Edits that replaced the edit of an earlier row by the same annotator. */
  replaced(): number
  drop(): void
}

/** Call after the dataset was added; `drop` it in the end. */
export function importWriter(
  db: Db,
  dataset: { id: string; name: string },
  incoming: Incoming,
): ImportWriter {
  const writer = annotationWriter(db, incoming.nextAnnotation)
  const used = openUsed(db, incoming.annotations)
  const nameOf = annotatorNames(db, dataset, used.has)
  let replaced = 0
  function store(annotation: ImportedAnnotation): { annotator: string; isNew: boolean } {
    if (annotation.annotator !== null) {
      const { annotator } = annotation
      return { annotator, isNew: writer.appendNew({ ...annotation, annotator }) }
    }
    const { annotator, isNew } = nameOf(annotation)
    if (isNew) writer.append({ ...annotation, annotator })
    return { annotator, isNew }
  }
  function storeAll(itemId: string, annotations: readonly ImportedAnnotation[]): boolean {
    const named = [...new Set(annotations.flatMap(({ annotator }) => annotator ?? []))]
    const before = new Set(named.filter((annotator) => used.has(itemId, annotator)))
    const stored: ReturnType<typeof store>[] = []
    for (const annotation of annotations) {
      const each = store(annotation)
      stored.push(each)
      // Unnamed corrections of one row are different people's too.
      if (!each.isNew) used.add(itemId, each.annotator)
    }
    replaced += [...before].filter((name) =>
      stored.some((each) => each.isNew && each.annotator === name),
    ).length
    return stored.some(({ isNew }) => isNew)
  }
  return {
    write(itemId, annotations, isNewItem) {
      const [only, ...others] = annotations
      if (!only) return false
      if (!isNewItem || others.length > 0) return storeAll(itemId, annotations)
      writer.appendFirst({ ...only, annotator: only.annotator ?? unnamed })
      return true
    },
    replaced: () => replaced,
    drop: used.drop,
  }
}

/**
 * Names the annotators of unnamed corrections: `import` for an item's first, `import 2` for the next in the same file.
 * A file of another name begins with `import NAME`, so that it adds its corrections; the same file, changed and
 * imported again under its name, revises its own.
 */
function annotatorNames(
  db: Db,
  { id, name }: { id: string; name: string },
  isUsed: (itemId: string, annotator: string) => boolean,
): (annotation: ImportedAnnotation) => { annotator: string; isNew: boolean } {
  const selectLatest = db.prepare(
    // Of all annotations: those of this import are hidden as yet.
    `SELECT annotator, edited FROM annotations AS a
     WHERE item_id = ? AND (annotator = '${unnamed}' OR annotator GLOB '${unnamed} *') AND revision =
       (SELECT max(revision) FROM annotations AS b WHERE b.item_id = a.item_id AND b.annotator = a.annotator)
     ORDER BY annotator`,
  )
  const selectEarlier = db
    .prepare(
      `SELECT 1 FROM dataset_items JOIN datasets ON datasets.id = dataset_id
       WHERE item_seq = (SELECT seq FROM items WHERE id = ?) AND name = ? AND dataset_id <> ?`,
    )
    .pluck()
  return ({ itemId, edited }) => {
    const latest = selectLatest.all(itemId) as { annotator: string; edited: string }[]
    const same = latest.find((each) => each.edited === edited)
    if (same) return { annotator: same.annotator, isNew: false }
    const names = new Set(latest.map(({ annotator }) => annotator))
    const own = `${unnamed} ${name}`
    const isOthers = () =>
      !isUsed(itemId, unnamed) && selectEarlier.get(itemId, name, id) === undefined && names.has(unnamed)
    const base = names.has(own) || isOthers() ? own : unnamed
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? base : `${base} ${n}`
      if (!isUsed(itemId, candidate)) return { annotator: candidate, isNew: true }
    }
  }
}

let tables = 0

/**
 * Which annotators this import has given an edit of which items. Edits that it stored are found by their sequence
 * numbers, those that the project had in a table, so that memory is bounded.
 */
function openUsed(db: Db, { first, last }: Incoming['annotations']) {
  const table = `used_annotators_${++tables}`
  db.exec(`CREATE TEMP TABLE ${table} (item_id, annotator, PRIMARY KEY (item_id, annotator)) WITHOUT ROWID`)
  const insert = db.prepare(`INSERT INTO temp.${table} VALUES (?, ?) ON CONFLICT DO NOTHING`)
  const select = db
    .prepare(
      `SELECT 1 FROM temp.${table} WHERE item_id = @itemId AND annotator = @annotator
       UNION ALL
       SELECT 1 FROM annotations WHERE item_id = @itemId AND annotator = @annotator
         AND seq BETWEEN ${first} AND ${last}`,
    )
    .pluck()
  return {
    add: (itemId: string, annotator: string) => void insert.run(itemId, annotator),
    has: (itemId: string, annotator: string) => select.get({ itemId, annotator }) !== undefined,
    drop: () => void (db.open && db.exec(`DROP TABLE IF EXISTS temp.${table}`)),
  }
}
