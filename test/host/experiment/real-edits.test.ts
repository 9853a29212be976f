/** The edits that `stet real` uses by default: complete, short, minimal, and enough to train and to judge. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { ImportRow } from '../../../electron/contract/records.ts'
import { supervisedSteps } from '../../../electron/engine/training/schedule.ts'
import { realPlan } from '../../../electron/host/experiment/presets.ts'
import { readRows } from '../../../electron/pipeline/data/read.ts'
import { labelEncodings } from '../../../electron/pipeline/label/label-encodings.ts'
import { encodeWords } from '../../../electron/pipeline/label/words.ts'
import { splitOf, splitPoint } from '../../../electron/storage/split.ts'

const file = path.resolve(import.meta.dirname, '../../../resources/real/edits.jsonl')

async function readAll(): Promise<ImportRow[]> {
  const rows: ImportRow[] = []
  for await (const row of readRows(file)) {
    assert.ok('item' in row, JSON.stringify(row))
    rows.push(row)
  }
  return rows
}

test('every row has a finished edit that keeps most words, and fits the plan’s lengths', async () => {
  const rows = await readAll()
  const plan = realPlan(20)
  const wordsOf = (text: string) => text.split(/\s+/)
  let total = 0
  let kept = 0
  for (const { item, annotations } of rows) {
    const edited = annotations[0]?.edited ?? ''
    const rejected = item.rejected ?? ''
    assert.ok(edited !== '' && edited !== rejected, item.sourceId!)
    for (const text of [edited, rejected])
      assert.doesNotMatch(text, /^\s|\s$| {2}| [,.;]|\[[-+]|[-+]\]/, item.sourceId!)
    // English has at most about two tokens per word in the tokenizers of small models.
    const query = wordsOf(`${item.prompt[0]!.content} ${item.context}`).length
    assert.ok(query * 2 < plan.ppo.maxQueryTokens, item.sourceId!)
    assert.ok(wordsOf(edited).length * 2 < plan.reward.maxResponseTokens, item.sourceId!)
    const [before, after] = encodeWords(rejected, edited)
    const { labels } = labelEncodings(before!, after!).rejected
    total += labels.length
    kept += labels.filter((label) => label === 0).length
  }
  assert.equal(new Set(rows.map(({ item }) => item.id)).size, 100)
  assert.ok(kept / total > 0.75, `${kept} of ${total} words are kept`)
})

test('a split by document leaves enough for every training step and every prompt to judge', async () => {
  const rows = await readAll()
  const heldout = rows.filter(({ item }) => splitOf(splitPoint(item), 0.3) === 'heldout').length
  const { prompts, reward } = realPlan(20)
  assert.ok(heldout >= prompts, `${heldout} items are held out`)
  assert.equal(supervisedSteps(rows.length - heldout, reward), reward.maxSteps)
})
