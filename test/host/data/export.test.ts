import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import type { ExportFormat } from '../../../electron/contract/data.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const { folder: project } = await host.projects.create({ name: 'exports' })

async function importRows(name: string, rows: object[]): Promise<void> {
  const file = path.join(folder, `${name}.jsonl`)
  writeRows(file, rows)
  for await (const _ of await host.verbs.import({ project, files: [file], strict: true }));
}

await importRows('edits', [
  { prompt: 'p1', rejected: 'One is two. Two is two.', edited: 'One is one. Two is two.' },
  { prompt: 'p2', rejected: 'Right.', edited: 'Right.' },
  { prompt: 'p3', rejected: 'A cat sat.\nIt ran off.', edited: 'A cat sat.\nIt then ran off.' },
  { prompt: 'p4', rejected: 'Bad here.', edited: 'Good here.', error_spans: [[0, 3, 'Wrong']] },
  { prompt: 'p5', rejected: 'not edited yet' },
  { prompt: 'p0', rejected: 'One is. Two is.', edited: 'One is. Now Two is.' },
])
await importRows('pairs', [{ prompt: 'p6', chosen: 'yes', rejected: 'no' }])
await importRows('judged', [
  { prompt: 'p7', completion: 'fine', label: true },
  { prompt: 'p8', completion: 'rude', label: false },
])
await importRows('steps', [{ prompt: 'p9', completions: ['a', 'b'], labels: [true, true] }])

type Row = Record<string, unknown>

async function exported(format: ExportFormat, pairs: 'all' | 'edited' | 'original' = 'all'): Promise<Row[]> {
  const out = path.join(folder, `${format}-${pairs}.jsonl`)
  for await (const _ of await host.verbs.export({ project, out, format, pairs }));
  const text = readFileSync(out, 'utf8').trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Row)
}

const contents = (messages: unknown) => (messages as { content: string }[]).map(({ content }) => content)

test('demonstrations are finished edits, chosen answers, or both', async () => {
  const edits = [
    ['p1', 'One is one. Two is two.'],
    ['p2', 'Right.'],
    ['p3', 'A cat sat.\nIt then ran off.'],
    ['p4', 'Good here.'],
    ['p0', 'One is. Now Two is.'],
  ]
  const originals = [
    ['p6', 'yes'],
    ['p7', 'fine'],
    ['p9', 'a\nb'],
  ]
  const messages = async (pairs: 'all' | 'edited' | 'original') =>
    (await exported('sft', pairs)).map((row) => contents(row.messages))
  assert.deepEqual(await messages('edited'), edits)
  assert.deepEqual(await messages('original'), originals)
  assert.deepEqual(await messages('all'), [...edits, ...originals])
})

test('only answers with a verdict are exported for KTO, each once', async () => {
  const rows = await exported('kto')
  assert.deepEqual(
    rows.map(({ prompt, completion, label }) => [...contents(prompt), ...contents(completion), label]),
    [
      ['p1', 'One is one. Two is two.', true],
      ['p1', 'One is two. Two is two.', false],
      ['p2', 'Right.', true],
      ['p3', 'A cat sat.\nIt then ran off.', true],
      ['p3', 'A cat sat.\nIt ran off.', false],
      ['p4', 'Good here.', true],
      ['p4', 'Bad here.', false],
      ['p0', 'One is. Now Two is.', true],
      ['p0', 'One is. Two is.', false],
      ['p6', 'yes', true],
      ['p6', 'no', false],
      ['p7', 'fine', true],
      ['p8', 'rude', false],
      ['p9', 'a\nb', true],
    ],
  )
})

test('a step is wrong if an edit or a marked error touches it', async () => {
  const rows = await exported('stepwise')
  assert.deepEqual(
    rows.map(({ prompt, completions, labels }) => [prompt, completions, labels]),
    [
      ['p4', ['Bad here.'], [false]],
      ['p9', ['a', 'b'], [true, true]],
      ['p1', ['One is two.', 'Two is two.'], [false, true]],
      ['p1', ['One is one.', 'Two is two.'], [true, true]],
      ['p2', ['Right.'], [true]],
      ['p3', ['A cat sat.', 'It ran off.'], [true, false]],
      ['p3', ['A cat sat.', 'It then ran off.'], [true, true]],
      ['p4', ['Good here.'], [true]],
      ['p0', ['One is.', 'Two is.'], [true, false]],
      ['p0', ['One is.', 'Now Two is.'], [true, true]],
    ],
  )
})

test('words have the labels of their edit', async () => {
  const rows = (await exported('words')).filter(({ prompt }) => contents(prompt)[0] === 'p1')
  assert.deepEqual(
    rows.map(({ side, words, labels }) => [side, words, labels]),
    [
      ['rejected', ['One', 'is', 'two.', 'Two', 'is', 'two.'], [0, 0, 1, 0, 0, 0]],
      ['edited', ['One', 'is', 'one.', 'Two', 'is', 'two.'], [0, 0, 2, 0, 0, 0]],
    ],
  )
})

test('tokens without a tokenizer are refused', async () => {
  await assert.rejects(exported('token-ids'), /Token labels need a tokenizer\. Pass --tokenizer/)
})
