import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { BadRow, ImportRow } from '../../../electron/contract/records.ts'
import { openRows } from '../../../electron/pipeline/data/read.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-columns-'))
after(() => rmSync(folder, { recursive: true, force: true }))

type Row = Record<string, string>
type Columns = Record<string, string>

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
const toCsv = (rows: Row[], separator: string) =>
  [Object.keys(rows[0]!), ...rows.map(Object.values)]
    .map((cells: string[]) => cells.map(cell).join(separator))
    .join('\n')

const containers: Record<string, (rows: Row[]) => string> = {
  'rows.jsonl': (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
  'rows.json': (rows) => JSON.stringify(rows),
  'wrapped.json': (rows) => JSON.stringify({ data: rows }),
  'rows.csv': (rows) => toCsv(rows, ','),
  'rows.tsv': (rows) => toCsv(rows, '\t'),
}

async function readAll(name: string, rows: Row[], columns?: Columns) {
  const file = path.join(folder, name)
  writeFileSync(file, containers[name]!(rows))
  const opened = await openRows(file, { columns })
  const all: (ImportRow | BadRow)[] = []
  for await (const row of opened.rows) all.push(row)
  return { reading: opened.reading, rows: all }
}

/** Checks that every container gives the same item and edit, and returns how one of them was read. */
async function assertSame(row: Row, expected: object, columns?: Columns) {
  const readings = []
  for (const name of Object.keys(containers)) {
    const { reading, rows } = await readAll(name, [row, { ...row }], columns)
    const [first] = rows
    assert.ok(first && 'item' in first, `${name}: ${JSON.stringify(first)}`)
    const { prompt, context, chosen, rejected, metadata } = first.item
    const edited = first.annotations[0]?.edited ?? null
    const content = {
      prompt: prompt.map(({ content: text }) => text).join('|'),
      context,
      chosen,
      rejected,
      edited,
      metadata,
    }
    assert.deepEqual(
      content,
      { context: '', chosen: null, rejected: null, edited: null, metadata: {}, ...expected },
      name,
    )
    readings.push(reading)
  }
  return readings[0]!
}

test('the same mapping reads the same fields in every container', async () => {
  const row = { frage: 'q', schlecht: 's', gut: 'g', text: 'c', note: 'n' }
  const columns = { prompt: 'frage', rejected: 'schlecht', edited: 'gut', context: 'text' }
  const expected = { prompt: 'q', rejected: 's', edited: 'g', context: 'c', metadata: { note: 'n' } }
  const reading = await assertSame(row, expected, columns)
  assert.deepEqual(reading.fields, [
    { column: 'frage', field: 'prompt' },
    { column: 'schlecht', field: 'rejected' },
    { column: 'gut', field: 'edited' },
    { column: 'text', field: 'context' },
  ])
  assert.deepEqual(reading.metadata, ['note'])
})

test('the context of a preference can be mapped in every container', async () => {
  const row = { prompt: 'p', article: 'About bridges.', chosen: 'a', rejected: 'b' }
  const expected = { prompt: 'p', context: 'About bridges.', chosen: 'a', rejected: 'b' }
  await assertSame(row, expected, { context: 'article' })
})

test('the usual names of fields are known in every container', async () => {
  await assertSame({ prompt: 'p', original: 'o', edited: 'e' }, { prompt: 'p', rejected: 'o', edited: 'e' })
  await assertSame(
    { Question: 'p', Response: 'r', 'Post-Edit': 'e' },
    { prompt: 'p', rejected: 'r', edited: 'e' },
  )
  await assertSame(
    { instruction: 'p', input: 'c', draft: 'r', corrected: 'e' },
    { prompt: 'p', context: 'c', rejected: 'r', edited: 'e' },
  )
  await assertSame(
    { prompt: 'p', passage: 'c', chosen: 'a', rejected: 'b' },
    { prompt: 'p', context: 'c', chosen: 'a', rejected: 'b' },
  )
  await assertSame(
    { question: 'p', passage: 'c', chosen: 'a', rejected: 'b' },
    { prompt: 'p', context: 'c', chosen: 'a', rejected: 'b' },
  )
  await assertSame(
    { question: 'p', answer: 'r', corrected: 'e' },
    { prompt: 'p', rejected: 'r', edited: 'e' },
  )
  await assertSame(
    { instruction: 'p', output: 'r', edited: 'e' },
    { prompt: 'p', rejected: 'r', edited: 'e' },
  )
})

test('rows of a known form keep their own names', async () => {
  await assertSame({ instruction: 'p', input: 'c', output: 'a' }, { prompt: 'p', context: 'c', chosen: 'a' })
  await assertSame(
    { instruction: 'p', output_1: 'a', output_2: 'b', preference: '2' },
    { prompt: 'p', chosen: 'b', rejected: 'a' },
  )
})

test('a mapping decides where a name could mean two things', async () => {
  const row = { prompt: 'p', response: 'r' }
  const reading = await assertSame(row, { prompt: 'p', rejected: 'r' })
  assert.match(
    reading.notes.join(' '),
    /"response" is read as the response to edit; --columns chosen=response/,
  )
  const mapped = await assertSame(row, { prompt: 'p', chosen: 'r' }, { chosen: 'response' })
  assert.doesNotMatch(mapped.notes.join(' '), /response to edit/)
})

test('a document is the context if it is a text, and the name of a document if not', async () => {
  const text = 'This note is about bridges and about nothing else.'
  const pair = { prompt: 'p', rejected: 'r', edited: 'e' }
  const reading = await assertSame({ ...pair, document: text }, { ...pair, context: text })
  assert.match(reading.notes.join(' '), /"document" is read as the context; --columns document=document/)
  await assertSame({ ...pair, document: 'notes/7' }, { ...pair, metadata: { document: 'notes/7' } })
  await assertSame(
    { ...pair, document: text },
    { ...pair, metadata: { document: text } },
    { document: 'document' },
  )
})

test('a column whose name is taken by another one is kept under another key', async () => {
  const row = { prompt: 'template', question: 'q', rejected: 'r', edited: 'e' }
  const expected = { prompt: 'q', rejected: 'r', edited: 'e', metadata: { 'prompt (column)': 'template' } }
  const reading = await assertSame(row, expected, { prompt: 'question' })
  assert.deepEqual(reading.metadata, ['prompt'])
})

test('columns without content are named, and a mapping to a missing column is refused', async () => {
  const rows = [{ prompt: 'p', rejected: 'r', edited: 'e', note: '' }]
  for (const name of Object.keys(containers)) {
    const { reading } = await readAll(name, rows)
    assert.deepEqual(reading.empty, ['note'], name)
    const message = /has no column "Frage" to read prompt from; it has prompt, rejected, edited/
    await assert.rejects(readAll(name, rows, { prompt: 'Frage' }), { name: 'UserError', message })
  }
})

test('a file in no known form says how to map its columns', async () => {
  await assert.rejects(readAll('rows.jsonl', [{ frage: 'q', gut: 'g' }]), {
    message: /its first row has frage, gut\. Say which column is which \(--columns prompt=COLUMN/,
  })
})

test('passages in a cell are read as lists, and a text that only begins with a bracket stays a text', async () => {
  for (const contexts of [
    "['Ann stayed.', 'Bob left.']",
    '["Ann stayed.", "Bob left."]',
    "['Ann stayed.'\n 'Bob left.']",
  ]) {
    const { reading, rows } = await readAll('rows.csv', [{ question: 'Who left?', contexts, answer: 'Bob' }])
    assert.ok('item' in rows[0]!)
    assert.equal(rows[0].item.context, 'Ann stayed.\n\nBob left.')
    assert.deepEqual(reading.fields[1], { column: 'contexts', field: 'context' })
  }
  const { rows } = await readAll('rows.csv', [{ question: 'Who?', contexts: '[1] Bob left.', answer: 'Bob' }])
  assert.equal('item' in rows[0]! && rows[0].item.context, '[1] Bob left.')
})

test('a refusal names the options that read the columns, as far as their names tell', async () => {
  const cases: [Row, string][] = [
    [
      { task: 'a', model_output: 'b', human_edit: 'c' },
      '--columns prompt=task --columns rejected=model_output --columns edited=human_edit)',
    ],
    [
      { Frage: 'a', before: 'b', after: 'c' },
      '--columns prompt=Frage --columns rejected=before --columns edited=after)',
    ],
    [
      { 'user request': 'a', 'good answer': 'b', 'bad answer': 'c' },
      "--columns 'prompt=user request' --columns 'chosen=good answer' --columns 'rejected=bad answer')",
    ],
    [{ x: 'a', y: 'b', z: 'c' }, '--columns prompt=COLUMN --columns rejected=COLUMN'],
  ]
  for (const [row, options] of cases) {
    await assert.rejects(readAll('rows.jsonl', [row]), (error: Error) => error.message.includes(options))
    if (options.includes('COLUMN')) continue
    const columns = Object.fromEntries(
      [...options.matchAll(/--columns '?(\w+)=([^')]+?)'?(?= --|\))/g)].map(([, field, column]) => [
        field!,
        column!,
      ]),
    )
    const { rows } = await readAll('rows.jsonl', [row], columns)
    assert.ok('item' in rows[0]!)
  }
  const { rows } = await readAll('rows.jsonl', [{ instruction: 'a', original_output: 'b', edited: 'c' }])
  assert.match(
    'reason' in rows[0]! ? rows[0].reason : '',
    /name its column, as in --columns rejected=original_output$/,
  )
})

test('records that wait for an answer in a flat Argilla table are skipped and counted, and the others are read', async () => {
  const head = 'id,status,prompt,response,edited.responses,edited.responses.users,edited.responses.status'
  const ranking =
    'id,status,prompt,response_a,response_b,best.responses,best.responses.users,best.responses.status'
  const cases: [content: string, items: number, skipped: Record<string, number>][] = [
    [
      `${head}\n1,completed,Hi?,hi,"['Hello.']","['u']","['submitted']"\n2,pending,Bye?,bye,,,\n3,discarded,So?,so,[],[],[]\n4,pending,Go?,go,"['Go.']","['u']","['submitted']"`,
      2,
      { pending: 1, discarded: 1 },
    ],
    [
      `${ranking}\n1,completed,Hi?,a,b,"['response_a']","['u']","['submitted']"\n2,,Hi?,c,d,"['response_b']","['u']","['discarded']"\n3,pending,Hi?,e,f,,,`,
      1,
      { discarded: 1, pending: 1 },
    ],
  ]
  for (const [content, items, expected] of cases) {
    const file = path.join(folder, 'argilla.csv')
    writeFileSync(file, content)
    const skipped: Record<string, number> = {}
    const { rows } = await openRows(file, { onSkip: (state) => (skipped[state] = (skipped[state] ?? 0) + 1) })
    const all: (ImportRow | BadRow)[] = []
    for await (const row of rows) all.push(row)
    assert.deepEqual(
      all.filter((row) => 'reason' in row),
      [],
    )
    assert.equal(all.length, items)
    assert.deepEqual(skipped, expected)
  }
})
