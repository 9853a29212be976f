/** Annotations from another project. Nothing is overwritten: in a conflict both versions stay. */
import path from 'node:path'
import type { annotate } from '../../contract/annotate.ts'
import { UserError } from '../../contract/errors.ts'
import type { BadRow, ImportRow } from '../../contract/records.ts'
import type { ResultOf } from '../../contract/verbs.ts'
import { readRows } from '../../pipeline/data/read.ts'
import { countAnnotations, type Db, describeFile, importRows, latestAnnotation } from '../../storage/index.ts'

type Imported = ResultOf<typeof annotate.importAnnotations>
type Conflict = Imported['conflicts'][number]

/**
 * If an annotator finished an item differently here and in the file, the file's version is stored under the name
 * `ANNOTATOR (pack)`.
 * @param file an export in the format stet
 * @throws UserError `bad_input` if no row of the file can be read
 */
export async function importAnnotations(db: Db, file: string): Promise<Imported> {
  const conflicts: Conflict[] = []
  async function* rows(): AsyncGenerator<ImportRow | BadRow> {
    for await (const row of readRows(file)) {
      if ('reason' in row) {
        yield row
        continue
      }
      const rowConflicts = conflictsOf(db, row)
      conflicts.push(...rowConflicts)
      yield { ...row, annotations: renameConflicts(row.annotations, rowConflicts) }
    }
  }
  const countBefore = countAnnotations(db)
  const { imported, duplicates, bad } = await importRows(db, rows(), {
    name: path.basename(file),
    files: [await describeFile(file)],
  })
  if (imported + duplicates === 0 && bad[0]) throw new UserError('bad_input', `${file}: ${bad[0].reason}`)
  return { added: countAnnotations(db) - countBefore, duplicates, conflicts }
}

function conflictsOf(db: Db, { item, annotations }: ImportRow): Conflict[] {
  const annotators = new Set(annotations.flatMap(({ annotator }) => annotator ?? []))
  return [...annotators].flatMap((annotator) => {
    const here = latestAnnotation(db, item.id, annotator)
    const there = annotations.findLast((annotation) => annotation.annotator === annotator)!
    if (here?.state !== 'done' || there.state !== 'done' || here.edited === there.edited) return []
    return [{ id: item.id, annotator, here: here.edited, there: there.edited }]
  })
}

function renameConflicts(
  annotations: ImportRow['annotations'],
  conflicts: readonly Conflict[],
): ImportRow['annotations'] {
  const renamed = new Set(conflicts.map(({ annotator }) => annotator))
  return annotations.map((annotation) =>
    annotation.annotator !== null && renamed.has(annotation.annotator)
      ? { ...annotation, annotator: `${annotation.annotator} (pack)` }
      : annotation,
  )
}
