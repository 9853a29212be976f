import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
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

test('a name of an upload that no system can store is replaced, and the file is private', async () => {
  const content = new Blob(['{}'])
  const names: [name: string, stored: RegExp][] = [
    ['..', /^file$/],
    ['.', /^file$/],
    ['a/..', /^file$/],
    ['..\\..\\', /^file$/],
    ['a\0b.csv', /^a_b\.csv$/],
    [`${'é'.repeat(400)}.csv`, /^é+\.csv$/],
  ]
  for (const [name, stored] of names) {
    const { file } = await host.data.upload({ name, content })
    assert.match(path.basename(file), stored)
    assert.equal(path.basename(path.dirname(path.dirname(file))), 'stet-uploads')
    if (process.platform === 'win32') continue
    assert.equal(statSync(file).mode & 0o777, 0o600)
    for (const above of [path.dirname(file), path.dirname(path.dirname(file))])
      assert.equal(statSync(above).mode & 0o777, 0o700)
  }
})

test('a part of an upload that leaves a gap is refused, and makes no huge file', async () => {
  const content = new Blob(['{}'])
  const gap = { code: 'bad_input', message: /begins at byte 1000000000000, but only \d bytes have arrived/ }
  await assert.rejects(host.data.upload({ name: 'a.csv', content, offset: 1e12 }), gap)
  const { file } = await host.data.upload({ name: 'a.csv', content })
  await assert.rejects(host.data.upload({ name: 'a.csv', content, offset: 1e12, into: file }), gap)
  assert.equal(statSync(file).size, 2)
})

test('an upload follows no planted link, and is not in a folder that all users share', async () => {
  const planted = path.join(os.tmpdir(), 'stet-uploads')
  const victim = path.join(folder, 'victim')
  writeFileSync(victim, 'kept')
  const { file } = await host.data.upload({ name: 'a.csv', content: new Blob(['{}']) })
  assert.ok(!file.startsWith(planted), 'a folder that every user can make is not used')
  rmSync(file)
  symlinkSync(victim, file)
  const again = host.data.upload({ name: 'a.csv', content: new Blob(['evil']), offset: 0, into: file })
  await assert.rejects(again, { code: 'bad_input', message: /Upload the file from its start/ })
  assert.equal(readFileSync(victim, 'utf8'), 'kept')
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

test('items have their edit ratio, by which they are sorted and filtered', async () => {
  const { project, ids } = await edited()
  const page = (query: object) => host.data.page({ project, query })
  const { rows } = await page({ sort: 'ratio' })
  assert.deepEqual(
    rows.map(({ id, editRatio }) => [ids.indexOf(id), editRatio]),
    [
      [1, 0.25],
      [0, 0.5],
      [2, null],
      [3, null],
      [4, null],
    ],
    'a draft has no ratio; items without one come last',
  )
  const descending = (await page({ sort: 'ratio', isDescending: true })).rows
  assert.deepEqual(
    descending.map(({ id }) => ids.indexOf(id)),
    [0, 1, 2, 3, 4],
  )
  const high = await page({ minRatio: 0.3 })
  assert.deepEqual([high.total, high.rows[0]!.id], [1, ids[0]])
  assert.deepEqual((await page({ maxRatio: 0.3 })).rows[0]!.id, ids[1])
  assert.equal((await page({ annotator: 'bo' })).total, 1)
  assert.deepEqual((await host.data.ids({ project, query: { sort: 'ratio' } })).slice(0, 2), [ids[1], ids[0]])
})

test('own ids and metadata are found, and the datasets of an item named', async () => {
  const { project, ids } = await edited()
  const find = async (text: string) =>
    (await host.data.page({ project, query: { search: text } })).rows.map(({ id }) => ids.indexOf(id))
  assert.deepEqual(await find('own-2'), [2])
  assert.deepEqual(await find('harbourmaster'), [1])
  const { datasets } = await host.data.get({ project, id: ids[0]! })
  assert.deepEqual(datasets, ['few.jsonl'])
  assert.equal((await host.data.page({ project })).rows[0]!.datasets, 'few.jsonl')
})

test('a dataset is renamed and removed; items that people have worked on are kept', async () => {
  const { project, ids } = await edited()
  const [dataset] = (await host.projects.overview({ project })).datasets
  await host.data.renameDataset({ project, dataset: dataset!.id, name: 'Help desk' })
  assert.equal((await host.projects.overview({ project })).datasets[0]!.name, 'Help desk')
  assert.deepEqual(await host.data.remove({ project, ids: [ids[0]!, ids[3]!, 'item_none'] }), {
    removed: 1,
    kept: 1,
  })
  assert.deepEqual(await host.data.removeDataset({ project, dataset: dataset!.id }), { removed: 1, kept: 3 })
  const overview = await host.projects.overview({ project })
  assert.deepEqual([overview.items, overview.datasets], [3, []])
  assert.equal((await host.data.page({ project, query: { search: 'unrelated' } })).total, 0)
  await assert.rejects(host.data.removeDataset({ project, dataset: dataset!.id }), /has no dataset/)
})

test('a selection of items is exported', async () => {
  const { project, ids } = await edited()
  const out = path.join(folder, 'some.jsonl')
  for await (const _ of await host.verbs.export({ project, out, format: 'stet', items: [ids[1]!] }));
  const lines = readFileSync(out, 'utf8').trim().split('\n')
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /harbourmaster/)
})

test('an error about an uploaded file names the file, not where its copy is', async () => {
  const uploaded = await host.data.upload({ name: 'letters.csv', content: new Blob(['']) })
  await assert.rejects(host.data.preview({ file: uploaded.file }), (error: Error) => {
    assert.match(error.message, /^letters\.csv is empty/)
    return true
  })
})

let projects = 0

/** Two finished edits of 0.5 and 0.25, a draft, and two items without an annotation; `ids` in their order. */
async function edited(): Promise<{ project: string; ids: string[] }> {
  const { folder: project } = await host.projects.create({ name: `edited-${++projects}` })
  const items = [
    { prompt: 'first', rejected: 'one two three four' },
    { prompt: 'second', rejected: 'one two three four', metadata: { clerk: 'harbourmaster' } },
    { id: 'own-2', prompt: 'third', rejected: 'one two' },
    { prompt: 'fourth', rejected: 'unrelated words' },
    { prompt: 'fifth', rejected: 'unrelated words' },
  ]
  const few = path.join(folder, `few-${projects}`, 'few.jsonl')
  mkdirSync(path.dirname(few), { recursive: true })
  writeRows(few, items)
  for await (const _ of await host.verbs.import({ project, files: [few] }));
  const ids = await host.data.ids({ project })
  const work = [
    [0, 'ann', 'done', 'one two five six'],
    [1, 'bo', 'done', 'one two three five'],
    [2, 'ann', 'draft', 'one'],
  ] as const
  for (const [i, annotator, state, text] of work) {
    const annotation = {
      itemId: ids[i]!,
      annotator,
      state,
      edited: text,
      operations: [],
      elapsedMs: 0,
      provenance: 'human' as const,
      createdAt: null,
    }
    await host.annotate.save({ project, annotation })
  }
  return { project, ids }
}
