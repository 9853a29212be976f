import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const rows = Array.from({ length: 250 }, (_, i) => ({
  prompt: `Question ${i} about ${i % 2 ? 'Zürich' : 'Łódź'}?`,
  rejected: `Answer ${i} 🙂 naïve.`,
  chosen: i % 3 ? `Better ${i}.` : undefined,
}))
const file = path.join(folder, 'items.jsonl')
writeRows(file, rows)
const { folder: project } = await host.projects.create({ name: 'items' })
for await (const _ of await host.verbs.import({ project, files: [file] }));

const search = async (text: string) => host.data.page({ project, query: { search: text }, limit: 5 })

test('pages follow each other, and filters restrict the rows', async () => {
  const page = (offset: number) => host.data.page({ project, offset, limit: 100 })
  const [first, last] = [await page(0), await page(200)]
  assert.deepEqual([first.total, first.rows.length, last.rows.length], [250, 100, 50])
  assert.equal(first.rows[7]!.prompt, rows[7]!.prompt)
  const [train, heldout] = await Promise.all(
    (['train', 'heldout'] as const).map((split) => host.data.page({ project, query: { split }, limit: 500 })),
  )
  assert.equal(train!.total + heldout!.total, 250)
  assert.ok(heldout!.rows.every(({ split }) => split === 'heldout'))
  const id = first.rows[0]!.id
  await host.annotate.save({
    project,
    annotation: {
      itemId: id,
      annotator: 'a',
      state: 'flagged',
      edited: 'x',
      operations: [],
      elapsedMs: 0,
      provenance: 'human',
      createdAt: null,
    },
  })
  const flagged = await host.data.page({ project, query: { state: 'flagged' } })
  assert.deepEqual([flagged.total, flagged.rows[0]!.id], [1, id])
  assert.equal((await host.data.page({ project, query: { state: 'none' } })).total, 249)
})

test('words are found by their beginning, regardless of case and accents', async () => {
  assert.equal((await search('question 17')).total, 11, '17 and 170 to 179')
  assert.equal((await search('zur')).total, 125)
  assert.equal((await search('naive better 5')).total, (await search('NAÏVE Better 5')).total)
  assert.equal((await search('no such word')).total, 0)
})

test('the search accepts any text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
      const { total } = await search(text)
      assert.ok(total >= 0 && total <= 250)
    }),
    { numRuns: 200 },
  )
  for (const text of ['"', '*', 'a OR', 'NEAR(', '-', "'; DROP TABLE items;--", '^x', ':', '{}'])
    await search(text)
})

test('a preview shows rows before they are imported; a CSV file with unknown columns needs a mapping', async () => {
  const seen = await host.data.preview({ file })
  assert.deepEqual([seen.rows.length, seen.bad, seen.columns], [20, [], ['prompt', 'rejected', 'chosen']])
  const csv = path.join(folder, 'own.csv')
  writeFileSync(csv, 'ask,"bad answer"\n"Why?","Because, you fool."\nonly one\n')
  const unmapped = await host.data.preview({ file: csv })
  assert.deepEqual([unmapped.columns, unmapped.reading], [['ask', 'bad answer'], null])
  assert.match(unmapped.problem ?? '', /no format that Stet knows/)
  const mapped = await host.data.preview({ file: csv, columns: { prompt: 'ask', rejected: 'bad answer' } })
  assert.deepEqual([mapped.rows[0]!.rejected, mapped.bad.length], ['Because, you fool.', 1])
  const edits = path.join(folder, 'edits.jsonl')
  writeRows(edits, [{ prompt: 'Why?', rejected: 'Because, you fool.', edited: 'Because.' }])
  const { rows: seenEdits } = await host.data.preview({ file: edits })
  assert.deepEqual(
    seenEdits.map(({ edited }) => edited),
    ['Because.'],
  )
})

test('a file that is not data is refused in a sentence', async () => {
  const empty = path.join(folder, 'empty.jsonl')
  writeFileSync(empty, '')
  const broken = path.join(folder, 'broken.jsonl.gz')
  writeFileSync(broken, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))
  for (const [bad, message] of [
    [folder, /a folder/],
    [empty, /no rows|empty/],
    [broken, /broken\.jsonl\.gz is a damaged or truncated gzip file/],
  ] as const) {
    await assert.rejects(host.data.preview({ file: bad }), { code: 'bad_input', message })
  }
  const absent = { code: 'not_found', message: /There is no file .*absent/ }
  await assert.rejects(host.data.preview({ file: path.join(folder, 'absent') }), absent)
})

test('an uploaded file is assembled from its parts, and its name cannot lead to another folder', async () => {
  const content = Buffer.from('x'.repeat(100) + 'é🙂'.repeat(50))
  const upload = (bytes: Buffer, offset: number, into: string | null, name = '../../evil.jsonl') =>
    host.data.upload({ name, content: new Blob([bytes]), offset, into })
  const first = await upload(content.subarray(0, 120), 0, null)
  const second = await upload(content.subarray(120), 120, first.file)
  assert.equal(second.file, first.file)
  assert.equal(path.basename(first.file), 'evil.jsonl')
  assert.deepEqual(readFileSync(first.file), content)
  await assert.rejects(upload(content, 0, path.join(folder, 'elsewhere', 'x')), { code: 'bad_input' })
})

test('an import counts the rows of a tool that wait for an answer, and a preview shows no cancelled edit', async () => {
  const { folder: other } = await host.projects.create({ name: 'tools' })
  const table = path.join(folder, 'argilla.csv')
  writeFileSync(
    table,
    `id,status,prompt,response,edited.responses\n1,completed,Hi?,hi,"['Hello.']"\n2,pending,Bye?,bye,\n3,pending,So?,so,`,
  )
  const preview = await host.data.preview({ file: table })
  assert.deepEqual([preview.rows.length, preview.bad, preview.skipped], [1, [], { pending: 2 }])
  const events = await host.verbs.import({ project: other, files: [table], strict: true })
  for (;;) {
    const { done, value } = await events.next()
    if (!done) continue
    assert.deepEqual([value.imported, value.bad, value.skipped], [1, [], { pending: 2 }])
    break
  }
  const annotation = (text: string, isCancelled: boolean) => ({
    completed_by: 1,
    was_cancelled: isCancelled,
    result: [{ from_name: 'edited', to_name: 'response', type: 'textarea', value: { text: [text] } }],
  })
  const task = (id: number, ...annotations: object[]) => ({
    id,
    data: { prompt: `Tea ${id}?`, response: 'Gren.' },
    annotations,
  })
  const tasks = path.join(folder, 'tasks.json')
  writeFileSync(
    tasks,
    JSON.stringify([
      task(1, annotation('Green.', false), annotation('cancelled', true)),
      task(2, annotation('cancelled', true)),
    ]),
  )
  const shown = await host.data.preview({ file: tasks })
  assert.deepEqual(
    shown.rows.map(({ edited }) => edited),
    ['Green.', null],
  )
})
