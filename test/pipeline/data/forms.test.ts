import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ExportFormat } from '../../../electron/contract/data.ts'
import { AnnotationState, type ImportedAnnotation, Item } from '../../../electron/contract/records.ts'
import { importers } from '../../../electron/pipeline/data/detect.ts'
import {
  type ParsedRow,
  type RawObject,
  RowError,
  type UnusedPart,
} from '../../../electron/pipeline/data/fields.ts'
import { detectFile, readRows } from '../../../electron/pipeline/data/read.ts'

/** One file of a form: its rows, the items that they become, and words of the reason for each part that is unused. */
interface Form {
  format: string
  rows: object[]
  items: Partial<ExpectedItem>[]
  unused: string[]
}

interface ExpectedItem extends Omit<Item, 'id' | 'source'> {
  edits: Edit[]
}

type Edit = [
  annotator: string | null,
  edited: string,
  state?: string,
  elapsedMs?: number,
  createdAt?: string | null,
]

const forms = path.join(import.meta.dirname, 'forms')
const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-forms-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function complete(item: Partial<ExpectedItem>): Omit<ExpectedItem, 'edits'> {
  const { edits, ...content } = item
  const none = { sourceId: null, context: '', chosen: null, rejected: null, errorSpans: null, metadata: {} }
  return { ...none, prompt: [], ...content }
}

function assertEdits(annotations: ImportedAnnotation[], edits: Edit[], where: string): void {
  assert.deepEqual(
    annotations.map(({ annotator, edited }) => [annotator, edited]),
    edits.map(([annotator, edited]) => [annotator, edited]),
    where,
  )
  for (const [index, [, , state = 'done', elapsedMs, createdAt]] of edits.entries()) {
    const annotation = annotations[index]!
    assert.equal(annotation.state, state, where)
    assert.equal(annotation.provenance, 'import', where)
    if (elapsedMs !== undefined) assert.equal(annotation.elapsedMs, elapsedMs, where)
    if (createdAt !== undefined) assert.equal(annotation.createdAt, createdAt, where)
  }
}

async function check(form: Form, file: string): Promise<void> {
  assert.equal(await detectFile(file), form.format)
  const reasons: string[] = []
  let count = 0
  for await (const row of readRows(file)) {
    if ('reason' in row) {
      reasons.push(row.reason)
      continue
    }
    const { id, source, ...content } = row.item
    const expected = form.items[count++]
    const where = `item ${count} of ${form.format}`
    assert.ok(expected, `${where} is not expected: ${JSON.stringify(content)}`)
    assert.deepEqual(content, complete(expected), where)
    assertEdits(row.annotations, expected.edits ?? [], where)
    for (const { itemId } of row.annotations) assert.equal(itemId, id)
  }
  assert.equal(count, form.items.length)
  assert.equal(reasons.length, form.unused.length, reasons.join('\n'))
  for (const [index, words] of form.unused.entries())
    assert.ok(reasons[index]!.includes(words), reasons[index])
}

const seen = new Set<string>()
for (const name of readdirSync(forms)) {
  const list = JSON.parse(readFileSync(path.join(forms, name), 'utf8')) as Form[]
  for (const [index, form] of list.entries()) {
    seen.add(form.format)
    test(`rows of ${form.format} (${name}, ${index + 1}) become the expected items`, async () => {
      const lines = path.join(folder, `${name}-${index}.jsonl`)
      writeFileSync(lines, form.rows.map((row) => JSON.stringify(row)).join('\n'))
      await check(form, lines)
      const array = path.join(folder, `${name}-${index}.json`)
      writeFileSync(array, JSON.stringify(form.rows, null, 1))
      await check(form, array)
    })
  }
}

/** Formats with tests elsewhere. */
const elsewhere = [
  'stet',
  'fine-grained-rlhf',
  'pairs',
  'alpaca-preference',
  'seed-tasks',
  'hh-rlhf',
  'plain',
]

test('every format has rows that are tested', () => {
  for (const { name } of importers) assert.ok(seen.has(name) || elsewhere.includes(name), name)
})

/** Puts any value, or nothing, at a place that a row has. */
function mutated(row: object, place: number, value: unknown): RawObject {
  const copy = structuredClone(row) as RawObject
  const places: [RawObject, string][] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push([node as RawObject, key])
      visit((node as RawObject)[key])
    }
  }
  visit(copy)
  const [parent, key] = places[place % places.length]!
  if (value === undefined && !Array.isArray(parent)) delete parent[key]
  else parent[key] = value ?? null
  return copy
}

test('rows with any value at any place become items or are refused with a reason', () => {
  const rows = readdirSync(forms).flatMap((name) =>
    (JSON.parse(readFileSync(path.join(forms, name), 'utf8')) as Form[]).flatMap((form) => form.rows),
  )
  const anything = fc.option(
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', 0, 1, [], {}, [null])),
    {
      nil: undefined,
    },
  )
  fc.assert(
    fc.property(fc.constantFrom(...rows), fc.nat(999), anything, (row, place, value) => {
      const changed = mutated(row, place, value)
      for (const importer of importers.filter(({ recognises }) => recognises(changed))) {
        try {
          importer.groupKey?.(changed)
          const parsed = importer.parse(changed, [])
          for (const part of Array.isArray(parsed) ? parsed : [parsed]) checkPart(part)
        } catch (error) {
          assert.ok(error instanceof RowError, `${importer.name}: ${(error as Error).stack}`)
        }
      }
    }),
    { numRuns: 4000 },
  )
})

function checkPart(part: ParsedRow | UnusedPart): void {
  if ('reason' in part) {
    assert.notEqual(part.reason, '')
    return
  }
  Item.parse(part.item)
  for (const { elapsedMs, edited, ...annotation } of part.annotations) {
    assert.equal(typeof edited, 'string')
    assert.ok(elapsedMs >= 0)
    assert.equal(annotation.itemId, part.item.id)
    assert.notEqual(annotation.annotator, '')
    assert.ok(AnnotationState.safeParse(annotation.state).success)
  }
}

test('docs/DATA.md lists every format', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/DATA.md'), 'utf8')
  for (const { name } of importers) assert.ok(page.includes(`| \`${name}\` |`), name)
  for (const name of ExportFormat.options)
    assert.ok(page.split('## Export')[1]!.includes(`| \`${name}\` |`), name)
})
