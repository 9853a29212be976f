import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { BadRow, ImportRow, NewAnnotation } from '../../electron/contract/records.ts'
import { writeRows } from '../../electron/pipeline/data/exporters/exporter.ts'
import { stetRow } from '../../electron/pipeline/data/exporters/stet.ts'
import { readRows } from '../../electron/pipeline/data/read.ts'
import { removeHidden } from '../../electron/storage/incoming.ts'
import {
  countAnnotations,
  countItems,
  describeFile,
  importDatasets,
  importRows,
  iterateAnnotatedItems,
  iterateEditedPairs,
  iterateItems,
  listAnnotations,
  listDatasets,
  openProject,
  saveAnnotation,
} from '../../electron/storage/index.ts'
import { sharedData } from '../shared-data.ts'
import { edit, newFolder, newItem, newProject, scratch } from './scratch.ts'

const files = [{ name: 'rows.jsonl', sizeBytes: 1, sha256: 'aa' }]
const options = { name: 'rows', files }

function goodRow(n: number, annotations: NewAnnotation[] = []): ImportRow {
  return { file: 'rows.jsonl', line: n, item: newItem(n), annotations }
}

const badRow: BadRow = { file: 'rows.jsonl', line: 9, reason: 'it is a tie' }

test('valid rows are imported once, bad rows are listed, and a second import adds nothing', async () => {
  const { db } = await newProject()
  const dated = edit(newItem(2), 'dated', { createdAt: '2025-01-01T00:00:00.000Z' })
  const rows = [goodRow(1, [edit(newItem(1), 'e')]), badRow, goodRow(2, [dated]), goodRow(3), goodRow(3)]
  const first = await importRows(db, rows, options)
  assert.deepEqual([first.imported, first.duplicates, first.bad], [3, 1, [badRow]])
  const again = await importRows(db, rows, options)
  assert.deepEqual([again.imported, again.duplicates, again.bad], [0, 4, [badRow]])
  assert.equal(countItems(db), 3)
  assert.equal(listAnnotations(db, newItem(1).id).length, 1)
  assert.equal(listAnnotations(db, newItem(2).id)[0]!.createdAt, '2025-01-01T00:00:00.000Z')
  const [dataset, ...others] = listDatasets(db)
  assert.deepEqual(others, [])
  assert.equal(dataset!.id, again.datasetId)
  assert.deepEqual([dataset!.imported, dataset!.duplicates, dataset!.bad, dataset!.files], [3, 1, 1, files])
  assert.equal(countItems(db, { datasetId: dataset!.id }), 3)
})

test('a new edit of an existing item is imported as its next revision', async () => {
  const { db } = await newProject()
  await importRows(db, [goodRow(1, [edit(newItem(1), 'one')])], options)
  const other = { ...options, files: [{ ...files[0]!, sha256: 'bb' }] }
  const { imported } = await importRows(db, [goodRow(1, [edit(newItem(1), 'two')])], other)
  assert.equal(imported, 1)
  assert.deepEqual(
    listAnnotations(db, newItem(1).id).map(({ revision, edited }) => [revision, edited]),
    [
      [1, 'one'],
      [2, 'two'],
    ],
  )
  assert.equal(listDatasets(db).length, 2)
})

/** An edit of item 1 whose file does not say who made it. */
const unnamed = (edited: string) => ({ ...edit(newItem(1), edited), annotator: null })
const correction = (n: number, edited: string): ImportRow => ({
  ...goodRow(n),
  item: newItem(1),
  annotations: [unnamed(edited)],
})
const source = (name: string, sha256: string, ...edits: string[]) => ({
  name,
  files: [{ name, sizeBytes: 1, sha256 }],
  rows: edits.map((edited, n) => correction(n + 1, edited)),
})
type Scratch = Awaited<ReturnType<typeof newProject>>
const latest = ({ db }: Scratch) => [...iterateEditedPairs(db)].map(({ edited }) => edited).sort()

test('several corrections of one response stay several, and a second import of them adds nothing', async () => {
  const project = await newProject()
  for (const expected of [3, 0]) {
    const [result] = await importDatasets(project.db, [source('f', 'aa', 'one', 'two', 'two', 'three')], {})
    assert.equal(result!.imported, expected)
    assert.deepEqual(latest(project), ['one', 'three', 'two'])
  }
  const annotators = listAnnotations(project.db, newItem(1).id).map(({ annotator }) => annotator)
  assert.deepEqual(annotators, ['import', 'import 2', 'import 3'])
})

test('a changed file revises its own corrections, and another file adds to them', async () => {
  const project = await newProject()
  const imports = async (...sources: ReturnType<typeof source>[]) => {
    await importDatasets(project.db, sources, {})
    return latest(project)
  }
  assert.deepEqual(await imports(source('ann', 'a1', 'one', 'two')), ['one', 'two'])
  assert.deepEqual(await imports(source('ann', 'a2', 'new', 'one')), ['new', 'one'])
  assert.deepEqual(await imports(source('ann', 'a3', 'one', 'new')), ['new', 'one'])
  assert.deepEqual(await imports(source('bob', 'b1', 'bob', 'one')), ['bob', 'new', 'one'])
  assert.deepEqual(await imports(source('bob', 'b2', 'rob')), ['new', 'one', 'rob'])
  assert.deepEqual(await imports(source('cy', 'c1', 'x'), source('di', 'd1', 'y')), [
    'new',
    'one',
    'rob',
    'x',
    'y',
  ])
})

test('edits that replace an earlier row by the same annotator are counted', async () => {
  const { db } = await newProject()
  const rows = ['one', 'two', 'two'].map((edited, n) => ({
    ...correction(n, edited),
    annotations: [edit(newItem(1), edited)],
  }))
  const first = await importRows(db, rows, options)
  assert.deepEqual([first.imported, first.duplicates, first.replaced], [2, 1, 1])
  assert.equal((await importRows(db, rows, options)).replaced, 0)
})

test('known rows become another dataset if the user names it, and stay in their own if not', async () => {
  const { db } = await newProject()
  await importRows(db, [goodRow(1)], options)
  const again = await importRows(db, [goodRow(1)], { ...options, name: 'rows.jsonl' })
  assert.equal(again.dataset, 'rows')
  const copied = { name: 'a,b.jsonl', files: [{ ...files[0]!, name: 'a,b.jsonl' }] }
  assert.equal((await importRows(db, [goodRow(1)], copied)).dataset, 'a,b.jsonl', 'a copy under another name')
  const named = await importRows(db, [goodRow(1)], { ...options, name: 'new', isNamed: true })
  assert.deepEqual([named.dataset, named.imported, named.duplicates], ['new', 0, 1])
  assert.equal(countItems(db, { datasetId: named.datasetId! }), 1)
  assert.deepEqual(
    listDatasets(db).map(({ name }) => name),
    ['rows', 'a,b.jsonl', 'new'],
  )
})

test('several datasets are imported together or not at all', async () => {
  const { db } = await newProject()
  const good = { name: 'good', files, rows: [goodRow(1)] }
  const bad = { name: 'bad', files: [{ ...files[0]!, sha256: 'bb' }], rows: [goodRow(2), badRow] }
  const refused = await importDatasets(db, [good, bad], { strict: true })
  assert.deepEqual(
    refused.map((each) => [each.imported, each.bad]),
    [
      [0, []],
      [0, [badRow]],
    ],
  )
  assert.deepEqual([countItems(db), listDatasets(db)], [0, []])
  await importDatasets(db, [good, bad], {})
  assert.deepEqual(
    listDatasets(db).map(({ name, imported }) => [name, imported]),
    [
      ['good', 1],
      ['bad', 1],
    ],
  )
})

test('a strict import with a bad row imports nothing and lists all of them', async () => {
  const { db } = await newProject()
  const result = await importRows(db, [goodRow(1), badRow, goodRow(2), badRow], { ...options, strict: true })
  assert.deepEqual([result.datasetId, result.imported, result.bad], [null, 0, [badRow, badRow]])
  assert.equal(countItems(db), 0)
  assert.deepEqual(listDatasets(db), [])
  const good = await importRows(db, [goodRow(1)], { ...options, strict: true })
  assert.equal(good.imported, 1)
})

test('an import that fails or is cancelled leaves nothing behind and does not block later ones', async () => {
  const { db } = await newProject()
  const failing = async function* () {
    for (let n = 0; n < 1200; n++) yield goodRow(n)
    throw new Error('the file is cut')
  }
  await assert.rejects(importRows(db, failing(), options), /the file is cut/)
  const controller = new AbortController()
  const cancelled = async function* () {
    for (let n = 0; n < 1200; n++) {
      if (n === 700) controller.abort()
      yield goodRow(n)
    }
  }
  await assert.rejects(importRows(db, cancelled(), { ...options, signal: controller.signal }), {
    name: 'UserError',
    code: 'cancelled',
  })
  assert.equal(countItems(db), 0)
  assert.equal((await importRows(db, [goodRow(1)], options)).imported, 1)
})

test('annotations saved during an import are kept if the import fails', async () => {
  const { db } = await newProject()
  await importRows(db, [goodRow(1)], options)
  const failing = async function* () {
    for (let n = 0; n < 600; n++) yield goodRow(n)
    saveAnnotation(db, edit(newItem(1), 'saved meanwhile'))
    yield goodRow(600)
    throw new Error('the file is cut')
  }
  await assert.rejects(importRows(db, failing(), options), /the file is cut/)
  assert.equal(countItems(db), 1)
  assert.equal(listAnnotations(db, newItem(1).id)[0]!.edited, 'saved meanwhile')
})

/** Many rows, of which the next is always ready: an import that gives other work no turn would take them all at once. */
function* readyRows(count: number): Generator<ImportRow> {
  for (let n = 2; n < count; n++) yield goodRow(n, [edit(newItem(n), 'e '.repeat(200))])
}

test('saves are not held up by an import, and nothing of it shows before it is complete', async () => {
  const { db } = await newProject()
  await importRows(db, [goodRow(1)], options)
  const waits: number[] = []
  let isImporting = true
  const other = { ...options, name: 'many', files: [{ ...files[0]!, sha256: 'bb' }] }
  const importing = importRows(db, readyRows(15_000), other).finally(() => (isImporting = false))
  while (isImporting) {
    const startedAt = performance.now()
    await new Promise(setImmediate)
    if (!isImporting) break
    saveAnnotation(db, edit(newItem(1), `save ${waits.length}`))
    waits.push(performance.now() - startedAt)
    assert.deepEqual([countItems(db), listDatasets(db).length], [1, 1])
    assert.equal(countAnnotations(db), waits.length)
  }
  assert.equal((await importing).imported, 14_998)
  assert.deepEqual([countItems(db), listDatasets(db).length], [14_999, 2])
  assert.equal(listAnnotations(db, newItem(1).id).length, waits.length)
  assert.ok(waits.length > 50, `${waits.length} saves during the import`)
  const sorted = waits.sort((a, b) => a - b)
  const [half, most] = [0.5, 0.95].map((share) => sorted[Math.floor(share * sorted.length)]!)
  // Other tests run beside this one; test/bench/import.ts measures alone.
  assert.ok(half! < 100 && most! < 250, `half of the saves within ${half} ms, 95% within ${most} ms`)
})

test('a cancelled import ends within a second, shows nothing, and removes what it has stored', async () => {
  const { db } = await newProject()
  const controller = new AbortController()
  let abortedAt = 0
  setTimeout(() => {
    abortedAt = performance.now()
    controller.abort()
  }, 300)
  const importing = importRows(db, readyRows(1_000_000), { ...options, signal: controller.signal })
  await assert.rejects(importing, { code: 'cancelled' })
  assert.ok(performance.now() - abortedAt < 1000)
  assert.deepEqual([countItems(db), countAnnotations(db), listDatasets(db)], [0, 0, []])
  assert.equal((await importRows(db, [goodRow(2)], options)).imported, 1)
  for (const table of ['items', 'datasets', 'dataset_items'])
    assert.equal(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), 1)
})

test('two simultaneous imports do not affect each other', async () => {
  const { db } = await newProject()
  const rows = async function* (from: number) {
    for (let n = from; n < from + 800; n++) {
      if (n % 100 === 0) await new Promise(setImmediate)
      yield goodRow(n)
    }
  }
  const other = { ...options, files: [{ ...files[0]!, sha256: 'bb' }] }
  const results = await Promise.all([importRows(db, rows(0), options), importRows(db, rows(400), other)])
  assert.deepEqual(
    results.map(({ imported, duplicates }) => imported + duplicates),
    [800, 800],
  )
  assert.equal(countItems(db), 1200)
})

test('an import that fills the disk imports nothing, and the project stays usable', async () => {
  const { db } = await newProject()
  await importRows(db, [goodRow(1)], options)
  db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + 20}`)
  const many = Array.from({ length: 2000 }, (_, n) => goodRow(n + 2, [edit(newItem(n + 2), 'x'.repeat(100))]))
  await assert.rejects(importRows(db, many, options), { name: 'UserError', code: 'out_of_space' })
  assert.equal(countItems(db), 1)
  saveAnnotation(db, edit(newItem(1), 'still possible'))
})

test('an exported project, imported into a new one, exports to the same bytes', async () => {
  const one = await newProject()
  const odd = newItem(1, { context: '\0\r\n\ufeff😀', metadata: { '2': 1, '1': [null, { é: '\u2028' }] } })
  const rows = [
    { ...goodRow(1), item: odd },
    ...Array.from({ length: 40 }, (_, n) => goodRow(n + 2, [edit(newItem(n + 2), `e${n}`)])),
  ]
  await importRows(one.db, rows, options)
  saveAnnotation(one.db, edit(odd, 'b', { annotator: 'Å', state: 'draft' }))
  saveAnnotation(one.db, edit(odd, 'a', { annotator: 'Å', elapsedMs: 1 / 3 }))
  saveAnnotation(one.db, edit(odd, 'a', { annotator: 'A' }))
  const first = path.join(scratch, 'first.jsonl')
  await writeRows(first, iterateAnnotatedItems(one.db), stetRow)
  const two = await newProject()
  const result = await importRows(two.db, readRows(first), { name: 'x', files: [await describeFile(first)] })
  assert.deepEqual([result.imported, result.bad], [41, []])
  const second = path.join(scratch, 'second.jsonl')
  await writeRows(second, iterateAnnotatedItems(two.db), stetRow)
  assert.equal((await describeFile(second)).sha256, (await describeFile(first)).sha256)
  const back = await importRows(one.db, readRows(second), { name: 'x', files: [await describeFile(second)] })
  assert.deepEqual([back.imported, back.duplicates], [0, 41])
})

const published = [
  ['edits_summedits.jsonl.gz', 1102, 1102],
  ['edits_qa_feedback_dev.jsonl.gz', 500, 487],
  ['upstream/fgrlhf_dev_feedback.json', 500, 487],
  ['upstream/hh_harmless-base.test.jsonl.gz', 2307, 0],
] as const

for (const [name, items, edits] of published) {
  const file = sharedData(name)
  const skip = file ? false : `${name} is not next to the repository`
  test(`${name} is imported once and split by its documents`, { skip }, async () => {
    const { db } = await newProject()
    const described = { name, files: [await describeFile(file!)] }
    assert.equal((await importRows(db, readRows(file!), described)).imported, items)
    const again = await importRows(db, readRows(file!), described)
    assert.deepEqual([again.imported, again.duplicates], [0, items])
    let annotations = 0
    for (const row of iterateAnnotatedItems(db)) annotations += row.annotations.length
    assert.equal(annotations, edits)
    const document = (split: 'train' | 'heldout') =>
      new Set(Array.from(iterateItems(db, { split }), (item) => item.context || JSON.stringify(item.prompt)))
    const heldout = document('heldout')
    assert.ok(heldout.size > 0)
    for (const train of document('train')) assert.ok(!heldout.has(train))
  })
}

const importScript = `
  const [folder, file] = process.argv.slice(1)
  const { readRows } = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../../electron/pipeline/data/read.ts'))})
  const storage = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../../electron/storage/index.ts'))})
  const project = await storage.openProject(folder)
  async function* rows() {
    console.log('start')
    yield* readRows(file)
    console.log('read')
  }
  await storage.importRows(project.db, rows(), { name: 'x', files: [await storage.describeFile(file)] })
`

test('a process killed at any moment of an import leaves all of its rows or none', async (context) => {
  const file = path.join(scratch, 'many.jsonl')
  const count = 15_000
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ prompt: `p${n}`, rejected: 'r '.repeat(50), edited: 'e '.repeat(50) }),
  )
  writeFileSync(file, lines.join('\n'))
  const moments: [after: 'start' | 'read', waitMs: number][] = [
    ['start', 60],
    ['read', 0],
    ['read', 100],
    ['read', 250],
    ['read', 400],
    ['read', 2000],
  ]
  const outcomes: number[] = []
  for (const [after, waitMs] of moments) {
    const project = await newProject(newFolder())
    project.close()
    const child = spawn(process.execPath, ['--input-type=module', '-e', importScript, project.folder, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    let timer: NodeJS.Timeout | undefined
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === after) timer = setTimeout(() => child.kill('SIGKILL'), waitMs)
    })
    await closed
    clearTimeout(timer)
    const opened = await openProject(project.folder)
    const items = countItems(opened.db)
    assert.ok(items === 0 || items === count, `${items} of ${count} items`)
    assert.equal(countAnnotations(opened.db), items)
    await removeHidden(opened.db)
    for (const table of ['items', 'annotations', 'dataset_items'])
      assert.equal(opened.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), items)
    assert.equal(listDatasets(opened.db).length, items === 0 ? 0 : 1)
    assert.equal(opened.db.pragma('integrity_check', { simple: true }), 'ok')
    opened.close()
    outcomes.push(items)
  }
  context.diagnostic(`items left: ${outcomes.join(', ')}`)
})

test('a large import streams: its memory does not grow with its rows', async () => {
  const { db } = await newProject()
  const rows = (from: number, count: number) =>
    (async function* () {
      for (let n = from; n < from + count; n++) yield goodRow(n, [edit(newItem(n), 'e'.repeat(2000))])
    })()
  await importRows(db, rows(0, 1000), options)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const start = performance.now()
  const { imported } = await importRows(db, rows(1000, 15_000), {
    ...options,
    files: [{ ...files[0]!, sha256: 'bb' }],
  })
  const elapsedMs = performance.now() - start
  assert.equal(imported, 15_000)
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20
  assert.ok(grownMiB < 150, `memory grew by ${grownMiB} MiB`)
  assert.ok(elapsedMs < 20_000, `15,000 rows took ${elapsedMs} ms`)
})
