/** What an exporter is: which records of a project it takes, and the row of JSONL or Parquet that each becomes. */
import path from 'node:path'
import { UserError } from '../../../contract/errors.ts'
import type { Annotation, ErrorSpan, Item, PairLabels, TokenLabels } from '../../../contract/records.ts'
import { writeFileAtomic } from '../../../engine/formats/atomic.ts'
import { type Columns, parquetChunks } from './parquet.ts'

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

/** An answer that a model should imitate: the item's own, or a finished edit. */
export interface Demonstration {
  item: Item
  answer: string
}

/** An answer that is good or bad. */
export interface JudgedAnswer extends Demonstration {
  isGood: boolean
}

/** An answer of which the wrong parts are known. */
export interface MarkedAnswer extends Demonstration {
  wrong: Pick<ErrorSpan, 'start' | 'end'>[]
}

/** Labels of both texts of an edit, over words or tokens, with the texts they are of. */
export interface LabelledEdit {
  item: Item
  rejected: { text: string; labels: TokenLabels }
  edited: { text: string; labels: TokenLabels }
  /** The prompt as token ids; empty for words. */
  query: number[]
}

/** The records of a project that can be exported. */
export interface ExportSource {
  annotatedItems(): Rows<AnnotatedItem>
  preferences(): Rows<PreferencePair>
  demonstrations(): Rows<Demonstration>
  judgedAnswers(): Rows<JudgedAnswer>
  markedAnswers(): Rows<MarkedAnswer>
  labelledWords(): Rows<LabelledEdit>
  /** @throws UserError if no tokenizer is named */
  labelledTokens(): Rows<LabelledEdit>
  /** @throws UserError if no tokenizer is named */
  labels(): Rows<PairLabels>
}

/** Writes the file, whole or not at all: Parquet if its name ends in .parquet, else JSONL. @returns the number of rows */
export type Exporter = (file: string, source: ExportSource) => Promise<number>

/**
 * @param toRow has its keys in a fixed order, so that equal records have equal bytes
 * @param columns null if the rows have no fixed columns, as Parquet needs them
 */
export function exporter<T>(
  recordsOf: (source: ExportSource) => Rows<T>,
  toRow: (record: T) => object,
  columns: Columns | null = null,
): Exporter {
  return (file, source) => {
    if (path.extname(file).toLowerCase() !== '.parquet') return writeRows(file, recordsOf(source), toRow)
    if (columns !== null) return writeParquet(file, recordsOf(source), toRow, columns)
    throw new UserError(
      'bad_input',
      `Rows of this format have no fixed columns, which Parquet needs: name the file ${path.parse(file).name}.jsonl instead of ${path.basename(file)}.`,
    )
  }
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

async function writeParquet<T>(
  file: string,
  records: Rows<T>,
  toRow: (record: T) => object,
  columns: Columns,
): Promise<number> {
  let count = 0
  async function* rows(): AsyncGenerator<object> {
    for await (const record of records) {
      count++
      yield toRow(record)
    }
  }
  await writeFileAtomic(file, parquetChunks(rows(), columns))
  return count
}
