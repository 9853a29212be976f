/**
 * Writes items, preferences and labels as JSONL for others and for Stet itself. Each file is there whole or
 * not at all.
 */
import type { Annotation, Item, Message, PairLabels } from '../../contract/records.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { promptMessages } from '../../engine/tokenizer/query.ts'
import { STET_ROW_VERSION } from './formats/stet.ts'

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

/** Writes Stet's own rows, which an import restores exactly. @returns the number of rows */
export function exportStet(file: string, rows: Rows<AnnotatedItem>): Promise<number> {
  return exportLines(file, rows, stetRow)
}

/** Writes TRL preference rows in its conversational form, context included in the prompt. */
export function exportTrl(file: string, pairs: Rows<PreferencePair>): Promise<number> {
  return exportLines(file, pairs, trlRow)
}

/** Writes token labels: ids, labels and character spans of both texts, and the tokenizer they hold for. */
export function exportLabels(file: string, labels: Rows<PairLabels>): Promise<number> {
  return exportLines(file, labels, labelRow)
}

async function exportLines<T>(file: string, rows: Rows<T>, toRow: (row: T) => object): Promise<number> {
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      count++
      yield `${JSON.stringify(toRow(row))}\n`
    }
  }
  await writeFileAtomic(file, lines())
  return count
}

/** The keys in a fixed order, so that equal records have equal bytes. */
function stetRow({ item, annotations }: AnnotatedItem): object {
  const { id, sourceId, source, context, chosen, rejected, metadata } = item
  const prompt = item.prompt.map(messageRow)
  const errorSpans = item.errorSpans?.map(({ start, end, kind }) => ({ start, end, kind })) ?? null
  return {
    stet: STET_ROW_VERSION,
    item: { id, sourceId, source, prompt, context, chosen, rejected, errorSpans, metadata },
    annotations: annotations.map(annotationRow),
  }
}

function annotationRow(annotation: Annotation): Annotation {
  const { itemId, annotator, revision, state, edited, elapsedMs, provenance, createdAt } = annotation
  const operations = annotation.operations.map(({ at, removed, inserted, elapsedMs }) => {
    return { at, removed, inserted, elapsedMs }
  })
  return { itemId, annotator, revision, state, edited, operations, elapsedMs, provenance, createdAt }
}

function trlRow({ item, chosen, rejected }: PreferencePair): object {
  const answer = (content: string): Message[] => [{ role: 'assistant', content }]
  return {
    prompt: promptMessages(item).map(messageRow),
    chosen: answer(chosen),
    rejected: answer(rejected),
    id: item.id,
  }
}

function messageRow({ role, content }: Message): Message {
  return { role, content }
}

function labelRow({ itemId, tokenizerHash, rejected, edited }: PairLabels): object {
  const side = ({ ids, labels, offsets }: PairLabels['rejected']) => ({ ids, labels, offsets })
  return { itemId, tokenizerHash, rejected: side(rejected), edited: side(edited) }
}
