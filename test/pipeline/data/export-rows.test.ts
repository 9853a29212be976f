import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import type { ExportFormat } from '../../../electron/contract/data.ts'
import type { ImportRow, TokenLabels } from '../../../electron/contract/records.ts'
import { exporters } from '../../../electron/pipeline/data/export.ts'
import type { ExportSource } from '../../../electron/pipeline/data/exporters/exporter.ts'
import { stepsOf } from '../../../electron/pipeline/data/exporters/stepwise.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { readRows } from '../../../electron/pipeline/data/read.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-export-rows-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const item = makeItem({
  source: 's',
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Sum up.' },
  ],
  context: 'A text 😀.',
  rejected: 'One is two. Two is two.',
})
const prompt = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Sum up.\n\nA text 😀.' },
]
const answer = (content: string) => [{ role: 'assistant', content }]

const words = (labels: number[], offsets: [number, number][]): TokenLabels => {
  return { ids: labels.map((_, index) => index), labels, offsets }
}
const edit = {
  item,
  rejected: {
    text: 'a bb',
    labels: words(
      [0, -1],
      [
        [0, 1],
        [2, 4],
      ],
    ),
  },
  edited: {
    text: 'a c',
    labels: words(
      [0, 1],
      [
        [0, 1],
        [2, 3],
      ],
    ),
  },
}

const source: ExportSource = {
  annotatedItems: () => [],
  preferences: () => [{ item, chosen: 'good\n', rejected: 'bad' }],
  demonstrations: () => [{ item, answer: 'good\n' }],
  judgedAnswers: () => [
    { item, answer: 'good', isGood: true },
    { item, answer: 'bad', isGood: false },
  ],
  markedAnswers: () => [{ item, answer: 'One is two. Two is two.', wrong: [{ start: 7, end: 10 }] }],
  labelledWords: () => [{ ...edit, query: [] }],
  labelledTokens: () => [{ ...edit, query: [7, 8] }],
  labels: () => [],
}

const id = item.id
const rowsOfFormats: Partial<Record<ExportFormat, object[]>> = {
  trl: [{ prompt, chosen: answer('good\n'), rejected: answer('bad'), id }],
  sft: [{ messages: [...prompt, ...answer('good\n')], id }],
  'prompt-completion': [{ prompt, completion: answer('good\n'), id }],
  kto: [
    { prompt, completion: answer('good'), label: true, id },
    { prompt, completion: answer('bad'), label: false, id },
  ],
  stepwise: [
    {
      prompt: 'Be brief.\n\nSum up.\n\nA text 😀.',
      completions: ['One is two.', 'Two is two.'],
      labels: [false, true],
      id,
    },
  ],
  words: [
    { prompt, side: 'rejected', words: ['a', 'bb'], labels: [0, 1], id },
    { prompt, side: 'edited', words: ['a', 'c'], labels: [0, 2], id },
  ],
  'token-ids': [
    { side: 'rejected', input_ids: [7, 8, 0, 1], labels: [-100, -100, 0, 1], id },
    { side: 'edited', input_ids: [7, 8, 0, 1], labels: [-100, -100, 0, 2], id },
  ],
}

async function readParquet(file: string): Promise<unknown[]> {
  const bytes = readFileSync(file)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const rows = await parquetReadObjects({ file: buffer })
  return JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
}

for (const [format, expected] of Object.entries(rowsOfFormats) as [ExportFormat, object[]][]) {
  test(`rows of ${format} are the same as JSONL and as Parquet`, async () => {
    const lines = path.join(folder, `${format}.jsonl`)
    assert.equal(await exporters[format](lines, source), expected.length)
    const text = readFileSync(lines, 'utf8')
    assert.equal(text, expected.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const parquet = path.join(folder, `${format}.parquet`)
    assert.equal(await exporters[format](parquet, source), expected.length)
    assert.deepEqual(await readParquet(parquet), expected)
  })
}

test('a Parquet file of many rows has all of them, in order, and one without rows can be read', async () => {
  const many = Array.from({ length: 2503 }, (_, n) => ({ item, answer: `answer ${n}` }))
  const file = path.join(folder, 'many.parquet')
  assert.equal(await exporters.sft(file, { ...source, demonstrations: () => many }), many.length)
  const rows = (await readParquet(file)) as { messages: { content: string }[] }[]
  assert.deepEqual(
    rows.map(({ messages }) => messages.at(-1)!.content),
    many.map((row) => row.answer),
  )
  await exporters.sft(file, { ...source, demonstrations: () => [] })
  assert.deepEqual(await readParquet(file), [])
})

test('formats without fixed columns are refused as Parquet', () => {
  for (const format of ['stet', 'tokens'] as const) {
    assert.throws(() => exporters[format](path.join(folder, 'x.parquet'), source), {
      name: 'UserError',
      message: /Rows of this format have no fixed columns.*x\.jsonl instead of x\.parquet/,
    })
  }
})

async function importBack(format: ExportFormat): Promise<ImportRow[]> {
  const file = path.join(folder, `${format}-back.jsonl`)
  await exporters[format](file, source)
  const rows: ImportRow[] = []
  for await (const row of readRows(file)) {
    assert.ok('item' in row, JSON.stringify(row))
    rows.push(row)
  }
  return rows
}

test('exports to train on can be imported again', async () => {
  for (const format of ['sft', 'prompt-completion'] as const) {
    const [row] = await importBack(format)
    assert.deepEqual(row!.item.prompt, prompt, format)
    assert.equal(row!.item.chosen, 'good\n')
    assert.equal(row!.item.sourceId, id)
  }
  const judged = await importBack('kto')
  assert.deepEqual(
    judged.map(({ item }) => [item.chosen, item.rejected]),
    [
      ['good', null],
      [null, 'bad'],
    ],
  )
  const [steps] = await importBack('stepwise')
  assert.deepEqual(steps!.item.errorSpans, [{ start: 0, end: 11, kind: 'wrong step' }])
})

test('steps are those of the import, else lines, else sentences', () => {
  const texts = (answer: string, known?: unknown) =>
    stepsOf(answer, known).map(({ start, text }) => [start, text])
  assert.deepEqual(texts('a\n\nb c', ['a', '', 'b c']), [
    [0, 'a'],
    [3, 'b c'],
  ])
  assert.deepEqual(texts('a. b\nc', ['a. b\nc']), [[0, 'a. b\nc']])
  assert.deepEqual(texts('One. Two.\nThree.', ['other']), [
    [0, 'One. Two.'],
    [10, 'Three.'],
  ])
  assert.deepEqual(texts('One.  Two.'), [
    [0, 'One.'],
    [6, 'Two.'],
  ])
  assert.deepEqual(texts('  '), [])
})
