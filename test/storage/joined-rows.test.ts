import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Annotation, ImportRow, Item } from '../../electron/contract/records.ts'
import { stetRow } from '../../electron/pipeline/data/exporters/stet.ts'
import { stetImporter } from '../../electron/pipeline/data/importers/stet.ts'
import { readRows } from '../../electron/pipeline/data/read.ts'
import {
  countItems,
  countJoined,
  describeFile,
  importRows,
  iterateAnnotatedItems,
  listAnnotations,
} from '../../electron/storage/index.ts'
import { sharedData } from '../shared-data.ts'
import { edit, newItem, newProject } from './scratch.ts'

const options = { name: 'rows', files: [{ name: 'rows.jsonl', sizeBytes: 1, sha256: 'aa' }] }

type Stored = { item: Item; annotations: Annotation[] }

/** One annotator's row of text 1, with its own id and details. */
function rowBy(annotator: string, fields: Partial<Item> = {}): ImportRow {
  const item = newItem(1, {
    sourceId: `1-${annotator}`,
    metadata: { document: 'd', by: annotator },
    ...fields,
  })
  const annotations = [edit(item, `by ${annotator}`, { annotator, provenance: 'import' })]
  return { file: 'rows.jsonl', line: 1, item, annotations, isOneOfMany: true }
}

const three = ['W3', 'W12', 'W16'].map((annotator) => rowBy(annotator))

test('rows of one text by different annotators are one item that keeps what each row says', async () => {
  const { db } = await newProject()
  assert.deepEqual(countJoined(three), { rows: 3, items: 1, annotators: 3 })
  const result = await importRows(db, three, options)
  assert.deepEqual([result.imported, result.duplicates, result.replaced], [3, 0, 0])
  assert.deepEqual(result.joined, { rows: 3, items: 1, annotators: new Set(['W3', 'W12', 'W16']) })
  const [{ item, annotations }, ...others] = [...iterateAnnotatedItems(db)] as [Stored, ...Stored[]]
  assert.deepEqual(others, [])
  assert.equal(item.sourceId, null)
  assert.deepEqual(item.metadata, {
    document: 'd',
    annotators: {
      W3: { id: '1-W3', by: 'W3' },
      W12: { id: '1-W12', by: 'W12' },
      W16: { id: '1-W16', by: 'W16' },
    },
  })
  assert.deepEqual(annotations.map(({ annotator, edited }) => [annotator, edited]).sort(), [
    ['W12', 'by W12'],
    ['W16', 'by W16'],
    ['W3', 'by W3'],
  ])
})

test('an export returns the rows’ ids, and is imported as the same item', async () => {
  const { db } = await newProject()
  await importRows(db, three, options)
  const [row] = [...iterateAnnotatedItems(db)].map(stetRow)
  assert.match(JSON.stringify(row), /"id":"1-W12"/)
  const parsed = stetImporter.parse(JSON.parse(JSON.stringify(row)), [])
  assert.ok('item' in parsed)
  const again = await importRows(db, [{ file: 'rows.jsonl', line: 1, ...parsed }], options)
  assert.deepEqual([again.imported, again.duplicates, countItems(db)], [0, 1, 1])
})

test('imported again, also in part, in another order or with another annotator, nothing is stored twice', async () => {
  const { db } = await newProject()
  await importRows(db, three, options)
  for (const rows of [three, three.toReversed(), [three[1]!]]) {
    const again = await importRows(db, rows, options)
    assert.deepEqual([again.imported, again.duplicates], [0, rows.length])
  }
  const more = await importRows(db, [...three, rowBy('W20')], options)
  assert.deepEqual([more.imported, more.duplicates, countItems(db)], [1, 3, 2])
})

test('a project that has the rows as separate items keeps them so', async () => {
  const { db } = await newProject()
  const before = three.map((row) => ({ ...row, isOneOfMany: false }))
  assert.equal((await importRows(db, before, options)).joined.items, 0)
  const again = await importRows(db, three, options)
  assert.deepEqual([again.imported, again.duplicates, countItems(db)], [0, 3, 3])
})

test('rows are not joined if they differ in a text or source, or if one annotator has made two of them', async () => {
  const others: [what: string, row: ImportRow][] = [
    ['rejected', rowBy('B', { rejected: 'other' })],
    ['context', rowBy('B', { context: 'other' })],
    ['source', rowBy('B', { source: 'other' })],
    ['annotator', rowBy('A', { sourceId: 'another' })],
    ['no annotator', { ...rowBy('B'), isOneOfMany: false }],
    ['own key', rowBy('B', { metadata: { annotators: 2 } })],
  ]
  for (const [what, row] of others) {
    const { db } = await newProject()
    const rows = [rowBy('A'), row]
    assert.equal(countJoined(rows).items, 2, what)
    const { imported } = await importRows(db, rows, options)
    assert.deepEqual([imported, countItems(db)], [2, 2], what)
    for (const { item, annotations } of rows)
      assert.equal(listAnnotations(db, item.id).length, annotations.length, what)
  }
})

test('a row that is there twice is a duplicate, and a second edit by the same annotator its next revision', async () => {
  const { db } = await newProject()
  const [first, ...rest] = three as [ImportRow, ImportRow, ImportRow]
  const second = { ...first, annotations: first.annotations.map((each) => ({ ...each, edited: 'better' })) }
  const { imported, duplicates, replaced } = await importRows(db, [first, ...rest, first, second], options)
  assert.deepEqual([imported, duplicates, replaced, countItems(db)], [4, 1, 1, 1])
})

const name = 'edits_lamp_3editors.jsonl.gz'
const file = sharedData(name)
const skip = file ? false : `${name} is not next to the repository`

test(`${name} has 54 items by three editors, with all ids and categories`, { skip }, async () => {
  const { db } = await newProject()
  const described = { name, files: [await describeFile(file!)] }
  const { imported, joined } = await importRows(db, readRows(file!), described)
  assert.deepEqual([imported, countItems(db)], [150, 54])
  assert.deepEqual([joined.rows, joined.items, joined.annotators.size], [145, 49, 3])
  const rows = new Map<string, unknown>()
  for await (const row of readRows(file!))
    if ('item' in row) rows.set(row.item.sourceId!, row.item.metadata.edits)
  const stored = [...iterateAnnotatedItems(db)]
  assert.equal(stored.filter(({ annotations }) => annotations.length === 3).length, 47)
  const kept = stored.flatMap(({ item: { sourceId, metadata } }) =>
    sourceId === null
      ? Object.values(metadata.annotators as Record<string, { id: string; edits: unknown }>)
      : [{ id: sourceId, edits: metadata.edits }],
  )
  assert.deepEqual(new Map(kept.map(({ id, edits }) => [id, edits])), rows)
})
