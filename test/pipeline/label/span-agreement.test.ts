import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Encoding } from '../../../electron/engine/tokenizer/index.ts'
import { labelEncodings } from '../../../electron/pipeline/label/label-encodings.ts'
import { labelPair } from '../../../electron/pipeline/label/labels.ts'
import { countSpanWords, spanAgreement } from '../../../electron/pipeline/label/span-agreement.ts'
import { encodeWords } from '../../../electron/pipeline/label/words.ts'
import { openGolden } from '../../engine/tokenizer/golden-tokenizers.ts'
import { readSharedRows } from './shared-rows.ts'

interface FeedbackRow {
  rejected: string
  edited: string
  error_spans: [start: number, end: number, kind: string][]
}

/** Rows that were edited at all (the data has 13 empty and 6 unchanged ones). */
const wasEdited = ({ rejected, edited }: FeedbackRow) => edited.trim() !== '' && edited !== rejected

function agreementOf(
  rows: FeedbackRow[],
  label: (rejected: string, edited: string) => Encoding & { labels: number[] },
) {
  const counts = rows.map(({ rejected, edited, error_spans }) => {
    const spans = error_spans.map(([start, end, kind]) => ({ start, end, kind }))
    return countSpanWords(rejected, label(rejected, edited), spans)
  })
  return spanAgreement(counts)
}

test('a word is marked if any of its characters is', () => {
  // Words: "one" "two" "three" "four"; "two" and "three" deleted, the span covers "t" of "two" and "four".
  const labels = {
    labels: [0, -1, -1, 0],
    offsets: [
      [0, 4],
      [4, 5],
      [8, 11],
      [11, 18],
    ] as [number, number][],
  }
  const spans = [
    { start: 4, end: 5, kind: 'fact' },
    { start: 13, end: 18, kind: 'fact' },
  ]
  assert.deepEqual(countSpanWords('one two three four', labels, spans), {
    both: 1,
    labelsOnly: 1,
    spansOnly: 1,
  })
})

test('a span that begins in white space marks only the word after it', () => {
  const labels = {
    labels: [0, -1],
    offsets: [
      [0, 3],
      [3, 7],
    ] as [number, number][],
  }
  assert.deepEqual(countSpanWords('one two', labels, []), { both: 0, labelsOnly: 1, spansOnly: 0 })
})

test('precision, recall and F1 are over all words together', () => {
  const counts = [
    { both: 6, labelsOnly: 2, spansOnly: 0 },
    { both: 0, labelsOnly: 0, spansOnly: 4 },
  ]
  const { precision, recall, f1 } = spanAgreement(counts)
  assert.deepEqual([precision, recall], [0.75, 0.6])
  assert.ok(Math.abs(f1 - 2 / 3) < 1e-12)
})

test('if neither side marks anything the agreement is full, and if they share nothing there is none', () => {
  assert.equal(spanAgreement([]).f1, 1)
  assert.equal(spanAgreement([{ both: 0, labelsOnly: 1, spansOnly: 1 }]).f1, 0)
})

test('labels agree with human error spans at F1 0.88 or better, in words and in tokens', (t) => {
  const rows = readSharedRows<FeedbackRow>(t, 'edits_qa_feedback_dev.jsonl.gz')?.filter(wasEdited)
  if (!rows) return
  assert.equal(rows.length, 481)
  const ofWords = agreementOf(rows, (...texts) => {
    const [rejected, edited] = encodeWords(...texts)
    return labelEncodings(rejected!, edited!).rejected
  })
  assert.ok(
    ofWords.f1 >= 0.88 && ofWords.precision >= 0.85 && ofWords.recall >= 0.91,
    JSON.stringify(ofWords),
  )
  for (const kind of ['gpt2', 'llama2'] as const) {
    const tokenizer = openGolden(kind)
    const { f1 } = agreementOf(rows, (...texts) => labelPair(tokenizer, 'item_1', ...texts).rejected)
    assert.ok(f1 >= 0.88, `${kind}: ${f1}`)
  }
})
