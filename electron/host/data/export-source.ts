/** The records of a project as exporters take them. Nothing is computed before an exporter asks for it. */
import { createHash } from 'node:crypto'
import { UserError } from '../../contract/errors.ts'
import type { EditedPair, PairLabels } from '../../contract/records.ts'
import type { VerbInput } from '../../contract/verbs.ts'
import { promptMessages } from '../../engine/tokenizer/query.ts'
import type {
  Demonstration,
  ExportSource,
  JudgedAnswer,
  LabelledEdit,
  MarkedAnswer,
  PreferencePair,
} from '../../pipeline/data/exporters/exporter.ts'
import { align } from '../../pipeline/label/align.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { labelsUnlessTooLong } from '../../pipeline/label/labels.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import type { Db, Project } from '../../storage/index.ts'
import { callsOf, LimitedTokenizer } from '../models/limited-tokenizer.ts'
import { findModel } from '../models/project-models.ts'
import { annotatedItemsOf, editedPairsOf, type ItemSelection, itemsOf } from './items.ts'
import type { LeftOut } from './left-out.ts'

type Options = Pick<VerbInput<'export'>, 'pairs' | 'datasets' | 'items' | 'tokenizer'>
type Which = Options['pairs']

/** @param leftOut receives edits that are too long for labels */
export function exportSource(
  project: Project,
  { pairs, datasets, items, tokenizer }: Options,
  leftOut: LeftOut,
): ExportSource {
  const { db } = project
  const selection = items.length === 0 ? { datasets } : { datasets, ids: items }
  const open = () => {
    if (tokenizer !== null) return new LimitedTokenizer(findModel(project, tokenizer).path)
    const message = 'Token labels need a tokenizer. Pass --tokenizer with a model folder or a GGUF file.'
    throw new UserError('bad_input', message)
  }
  return {
    annotatedItems: () => annotatedItemsOf(db, selection),
    preferences: () => preferences(db, selection, pairs),
    demonstrations: () => demonstrations(db, selection, pairs),
    judgedAnswers: () => judgedAnswers(db, selection, pairs),
    markedAnswers: () => markedAnswers(db, selection),
    labelledWords: () => labelledWords(editedPairsOf(db, selection), leftOut),
    labelledTokens: () => labelledTokens(open(), editedPairsOf(db, selection), leftOut),
    labels: () => labelled(open(), editedPairsOf(db, selection), leftOut),
  }
}

/** Finished edits over the rejected responses, and the original preferences of the items. */
function* preferences(db: Db, selection: ItemSelection, pairs: Which): Generator<PreferencePair> {
  for (const { item, rejected, edited } of pairs === 'original' ? [] : editedPairsOf(db, selection)) {
    if (edited !== rejected) yield { item, chosen: edited, rejected }
  }
  for (const item of pairs === 'edited' ? [] : itemsOf(db, selection)) {
    if (item.chosen !== null && item.rejected !== null)
      yield { item, chosen: item.chosen, rejected: item.rejected }
  }
}

/** Finished edits, and the items' own answers to imitate. */
function* demonstrations(db: Db, selection: ItemSelection, pairs: Which): Generator<Demonstration> {
  for (const { item, edited } of pairs === 'original' ? [] : editedPairsOf(db, selection)) {
    yield { item, answer: edited }
  }
  for (const item of pairs === 'edited' ? [] : itemsOf(db, selection)) {
    if (item.chosen !== null) yield { item, answer: item.chosen }
  }
}

/**
 * Edits and chosen answers are good; what was edited, what lost a preference, and what was imported as bad is bad. A
 * response that was not judged is neither. An item's equal rows are one.
 */
function* judgedAnswers(db: Db, selection: ItemSelection, pairs: Which): Generator<JudgedAnswer> {
  // Hashes, because the texts of a whole project may not fit in memory.
  const seen = new Set<string>()
  const once = function* (judged: JudgedAnswer): Generator<JudgedAnswer> {
    const text = JSON.stringify([judged.item.id, judged.answer, judged.isGood])
    const key = createHash('sha256').update(text).digest('base64')
    if (!seen.has(key)) yield judged
    seen.add(key)
  }
  for (const { item, rejected, edited } of pairs === 'original' ? [] : editedPairsOf(db, selection)) {
    yield* once({ item, answer: edited, isGood: true })
    if (edited !== rejected) yield* once({ item, answer: rejected, isGood: false })
  }
  for (const item of pairs === 'edited' ? [] : itemsOf(db, selection)) {
    if (item.chosen !== null) yield* once({ item, answer: item.chosen, isGood: true })
    const isBad = item.chosen !== null || item.metadata.label === false
    if (item.rejected !== null && isBad) yield* once({ item, answer: item.rejected, isGood: false })
  }
}

/** Responses with the marked errors, or with what an edit changed; finished edits, and answers of right steps, have none. */
function* markedAnswers(db: Db, selection: ItemSelection): Generator<MarkedAnswer> {
  for (const item of itemsOf(db, selection)) {
    const { rejected, chosen, errorSpans, metadata } = item
    if (rejected !== null && errorSpans !== null) yield { item, answer: rejected, wrong: errorSpans }
    if (chosen !== null && metadata.steps !== undefined) yield { item, answer: chosen, wrong: [] }
  }
  for (const { item, rejected, edited } of editedPairsOf(db, selection)) {
    if (item.errorSpans === null) yield { item, answer: rejected, wrong: changedSpans(rejected, edited) }
    if (edited !== rejected) yield { item, answer: edited, wrong: [] }
  }
}

/** What was deleted or replaced, in whole words; an empty span where words were inserted. */
function changedSpans(rejected: string, edited: string): MarkedAnswer['wrong'] {
  const [before, after] = encodeWords(rejected, edited)
  const { offsets, ids } = before!
  return align(ids, after!.ids).hunks.map(({ rejectedStart, rejectedEnd, editedStart }) => {
    const next = offsets[rejectedStart]
    if (rejectedStart < rejectedEnd) return { start: next![0], end: offsets[rejectedEnd - 1]![1] }
    const previous = offsets[rejectedStart - 1]
    const opensStep = startsStep(edited, after!.offsets[editedStart - 1]?.[1] ?? 0)
    const at = opensStep || !previous ? (next?.[0] ?? previous?.[1] ?? 0) : previous[1]
    return { start: at, end: at }
  })
}

/** Whether what follows a word begins a line or a sentence: words inserted there belong to the next step. */
function startsStep(text: string, wordEnd: number): boolean {
  return /[.!?]$/.test(text.slice(0, wordEnd)) || /^[^\S\n]*\n/.test(text.slice(wordEnd))
}

function* labelledWords(pairs: Iterable<EditedPair>, leftOut: LeftOut): Generator<LabelledEdit> {
  for (const pair of pairs) {
    const { item, rejected, edited } = pair
    const [before, after] = encodeWords(rejected, edited)
    const labels = labelsUnlessTooLong(() => labelEncodings(before!, after!))
    if (labels === null) leftOut.add(pair)
    else
      yield {
        item,
        rejected: { text: rejected, labels: labels.rejected },
        edited: { text: edited, labels: labels.edited },
        query: [],
      }
  }
}

async function* labelledTokens(
  tokenizer: LimitedTokenizer,
  pairs: Iterable<EditedPair>,
  leftOut: LeftOut,
): AsyncGenerator<LabelledEdit> {
  for (const some of callsOf(pairs)) {
    const labels = await tokenizer.label(some)
    const queries = await tokenizer.encodeChats(some.map(({ item }) => promptMessages(item)))
    for (const [i, pair] of some.entries()) {
      const { item, rejected, edited } = pair
      const found = labels[i] ?? null
      if (found === null) leftOut.add(pair)
      else
        yield {
          item,
          rejected: { text: rejected, labels: found.rejected },
          edited: { text: edited, labels: found.edited },
          query: queries[i]!,
        }
    }
  }
}

async function* labelled(
  tokenizer: LimitedTokenizer,
  pairs: Iterable<EditedPair>,
  leftOut: LeftOut,
): AsyncGenerator<PairLabels> {
  for (const some of callsOf(pairs))
    for (const [i, labels] of (await tokenizer.label(some)).entries()) {
      if (labels === null) leftOut.add(some[i]!)
      else yield labels
    }
}
