/** What an exporter is: which records of a project it takes, and the JSONL row that each becomes. */
import type { Annotation, Item, PairLabels } from '../../../contract/records.ts'
import { writeFileAtomic } from '../../../engine/formats/atomic.ts'

export type Rows<T> = Iterable<T> | AsyncIterable<T>

export interface AnnotatedItem {
  item: Item
  /** All revisions, each annotator's in order. */
  annotations: Annotation[]
}

/** A preferred and a dispreferred response to an item: its own pair, or an edit and what was edited. */
export interface PreferencePair {
  item: Item
  chosen: string
  rejected: string
}

/** The records of a project that can be exported. */
export interface ExportSource {
  annotatedItems(): Rows<AnnotatedItem>
  preferences(): Rows<PreferencePair>
  /** @throws UserError if no tokenizer is named */
  labels(): Rows<PairLabels>
}

/** Writes the file, whole or not at all. @returns the number of rows */
export type Exporter = (file: string, source: ExportSource) => Promise<number>

/** @param toRow has its keys in a fixed order, so that equal records have equal bytes */
export function exporter<T>(
  recordsOf: (source: ExportSource) => Rows<T>,
  toRow: (record: T) => object,
): Exporter {
  return (file, source) => writeRows(file, recordsOf(source), toRow)
}

/** Writes one line per record; the file is there whole or not at all. @returns the number of rows */
export async function writeRows<T>(
  file: string,
  records: Rows<T>,
  toRow: (record: T) => object,
): Promise<number> {
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const record of records) {
      count++
      yield `${JSON.stringify(toRow(record))}\n`
    }
  }
  await writeFileAtomic(file, lines())
  return count
}
