/** Whether stored texts are those that were stored: a disk that flips a bit inside a text leaves every page and index whole. */
import { createHash } from 'node:crypto'
import { DamagedProject } from './health.ts'

/** What a checksum covers of a revision, in this order. */
export const checkedColumns = [
  'item_id',
  'annotator',
  'revision',
  'state',
  'edited',
  'operations',
  'elapsed_ms',
  'provenance',
  'created_at',
  'change_kinds',
  'shown',
] as const

type Checked = Record<(typeof checkedColumns)[number], unknown>

export type CheckedAnnotation = Checked & { checksum: string }

export function annotationChecksum(row: Checked): string {
  return checksumOf(checkedColumns.map((column) => row[column]))
}

/** @param values of the checked columns */
export function checksumOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16)
}

/** @param file the database's @throws DamagedProject if a revision is not what was stored */
export function verifiedAnnotation<Row extends CheckedAnnotation>(row: Row, file: string): Row {
  if (annotationChecksum(row) === row.checksum) return row
  const which = `an edit of item ${String(row.item_id)} by ${String(row.annotator)}`
  throw new DamagedProject(file, `is damaged (${which} is not as it was stored)`)
}
