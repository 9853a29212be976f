/**
 * Labels for token classification: words with a class each, or token ids that are ready to train on. Each edit gives a
 * row for the rejected text and one for the edited text.
 */
import { promptMessages } from '../../../engine/tokenizer/query.ts'
import { exporter, type LabelledEdit, type Rows } from './exporter.ts'
import { messageRow } from './messages.ts'

/** Classes: what was kept is 0. */
const deleted = 1
const inserted = 2

/** What transformers leaves out of the loss. */
const ignoredIndex = -100

type Side = 'rejected' | 'edited'

export const wordsExporter = exporter(
  (source) => sidesOf(source.labelledWords()),
  ({ edit, side }) => wordsRow(edit, side),
  { prompt: 'messages', side: 'text', words: 'texts', labels: 'integers', id: 'text' },
)

export const tokenIdsExporter = exporter(
  (source) => sidesOf(source.labelledTokens()),
  ({ edit, side }) => tokenIdsRow(edit, side),
  { side: 'text', input_ids: 'integers', labels: 'integers', id: 'text' },
)

async function* sidesOf(edits: Rows<LabelledEdit>): AsyncGenerator<{ edit: LabelledEdit; side: Side }> {
  for await (const edit of edits) {
    for (const side of ['rejected', 'edited'] as const) {
      if (edit[side].labels.ids.length > 0) yield { edit, side }
    }
  }
}

export function wordsRow(edit: LabelledEdit, side: Side): object {
  const { text, labels } = edit[side]
  return {
    prompt: promptMessages(edit.item).map(messageRow),
    side,
    words: labels.offsets.map(([start, end]) => text.slice(start, end)),
    labels: labels.labels.map(toClass),
    id: edit.item.id,
  }
}

/** The prompt's tokens come first and have no label. */
export function tokenIdsRow({ item, query, ...edit }: LabelledEdit, side: Side): object {
  const { labels } = edit[side]
  return {
    side,
    input_ids: [...query, ...labels.ids],
    labels: [...query.map(() => ignoredIndex), ...labels.labels.map(toClass)],
    id: item.id,
  }
}

function toClass(label: number): number {
  if (label === 0) return 0
  return label < 0 ? deleted : inserted
}
