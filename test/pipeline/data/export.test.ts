import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../../electron/contract/json.ts'
import type {
  Annotation,
  BadRow,
  ImportedAnnotation,
  ImportRow,
  Item,
} from '../../../electron/contract/records.ts'
import { type AnnotatedItem, writeRows } from '../../../electron/pipeline/data/exporters/exporter.ts'
import { stetRow } from '../../../electron/pipeline/data/exporters/stet.ts'
import { labelRow } from '../../../electron/pipeline/data/exporters/tokens.ts'
import { trlRow } from '../../../electron/pipeline/data/exporters/trl.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { readRows } from '../../../electron/pipeline/data/read.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-export-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string) => path.join(folder, name)

async function readAll(file: string): Promise<{ good: ImportRow[]; bad: BadRow[] }> {
  const good: ImportRow[] = []
  const bad: BadRow[] = []
  for await (const row of readRows(file)) {
    if ('reason' in row) bad.push(row)
    else good.push(row)
  }
  return { good, bad }
}

/** Any Unicode text, with what breaks careless code more often than at random. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\0',
        '\r\n',
        '\n',
        '\u2028',
        '\u0085',
        '\ufeff',
        '"',
        '\\',
        '😀',
        '👩‍👩‍👧',
        'é',
        'e\u0301',
        '\u202e',
        '\uffff',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
)

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }) as fc.Arbitrary<JsonValue>
const metadata = fc.dictionary(oddText, json, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>
const role = fc.constantFrom('system' as const, 'user' as const, 'assistant' as const)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const item: fc.Arbitrary<Item> = fc
  .record({
    sourceId: maybe(oddText),
    source: oddText,
    prompt: fc.array(fc.record({ role, content: oddText }), { minLength: 1, maxLength: 3 }),
    context: oddText,
    chosen: maybe(oddText),
    rejected: maybe(oddText),
    metadata,
  })
  .map((content) => {
    const end = content.rejected?.length ?? 0
    return makeItem({ ...content, errorSpans: end > 2 ? [{ start: 1, end, kind: content.source }] : null })
  })

const annotations = fc.array(
  fc.record({
    annotator: fc.constantFrom('ann', 'bo\u0301', '😀'),
    state: fc.constantFrom('draft' as const, 'done' as const, 'skipped' as const, 'flagged' as const),
    edited: oddText,
    operations: fc.array(
      fc.record({
        at: fc.nat(),
        removed: oddText,
        inserted: oddText,
        elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      }),
      { maxLength: 2 },
    ),
    elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    provenance: fc.constantFrom('human' as const, 'import' as const, 'model-draft' as const),
    createdAt: fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  }),
  { maxLength: 4 },
)

const annotated: fc.Arbitrary<AnnotatedItem> = fc.tuple(item, annotations).map(([item, drafts]) => {
  const last = new Map<string, number>()
  const numbered = drafts.map((draft): Annotation => {
    const revision = (last.get(draft.annotator) ?? 0) + 1
    last.set(draft.annotator, revision)
    return { itemId: item.id, revision, ...draft }
  })
  return { item, annotations: numbered }
})

/** Numbers revisions again, as the project does. */
function number(annotations: ImportedAnnotation[]): Annotation[] {
  const last = new Map<string, number>()
  return annotations.map((annotation) => {
    const annotator = annotation.annotator!
    const revision = (last.get(annotator) ?? 0) + 1
    last.set(annotator, revision)
    return { ...annotation, annotator, revision, createdAt: annotation.createdAt! }
  })
}

test('Stet rows are restored exactly, and exported to the same bytes again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(annotated, { minLength: 1, maxLength: 4 }), async (rows) => {
      const count = await writeRows(fileOf('a.jsonl'), rows, stetRow)
      assert.equal(count, rows.length)
      const { good, bad } = await readAll(fileOf('a.jsonl'))
      assert.deepEqual(bad, [])
      const back = good.map(({ item, annotations }) => ({ item, annotations: number(annotations) }))
      assert.equal(
        JSON.stringify(back.map(({ item }) => item.metadata)),
        JSON.stringify(rows.map(({ item }) => item.metadata)),
      )
      await writeRows(fileOf('b.jsonl'), back, stetRow)
      assert.deepEqual(readFileSync(fileOf('b.jsonl')), readFileSync(fileOf('a.jsonl')))
    }),
    { numRuns: 150 },
  )
})

const plainItem = makeItem({ source: 's', prompt: [{ role: 'user', content: 'p' }], rejected: 'ab' })
const revision: Annotation = {
  itemId: plainItem.id,
  annotator: 'ann',
  revision: 1,
  state: 'done',
  edited: 'ac',
  operations: [],
  elapsedMs: 1,
  provenance: 'human',
  createdAt: '2025-01-01T00:00:00.000Z',
}

test('Stet rows that were edited by hand are refused with the key', async () => {
  const row = { stet: 1, item: plainItem, annotations: [revision] }
  const cases: [row: object, reason: RegExp][] = [
    [{ ...row, item: { ...plainItem, rejected: 'other' } }, /"item.id" is item_.*edited by hand/],
    [{ ...row, item: { ...plainItem, extra: 1 } }, /"item": Unrecognized key: "extra"/],
    [{ ...row, item: { ...plainItem, prompt: [] } }, /"item.prompt"/],
    [{ ...row, annotations: [{ ...revision, state: 'ready' }] }, /"annotations.0.state"/],
    [{ ...row, annotations: [{ ...revision, itemId: 'item_x' }] }, /belongs to another item/],
    [
      { ...row, annotations: [{ ...revision, revision: 2 }] },
      /revision 1 by ann is missing before revision 2/,
    ],
    [{ ...row, stet: 2 }, /written by a newer Stet/],
  ]
  const lines = cases.map(([changed]) => JSON.stringify(changed))
  writeFileSync(fileOf('changed.jsonl'), lines.join('\n'))
  const { good, bad } = await readAll(fileOf('changed.jsonl'))
  assert.equal(good.length, 0)
  for (const [index, [, reason]] of cases.entries()) assert.match(bad[index]!.reason, reason)
})

test('TRL rows carry the context in the prompt and read back as the same preference', async () => {
  const item = makeItem({
    source: 's',
    prompt: [{ role: 'user', content: 'Sum up.' }],
    context: 'Text.',
    rejected: 'ab',
  })
  await writeRows(fileOf('trl.jsonl'), [{ item, chosen: 'ac\n', rejected: 'ab' }], trlRow)
  const row = JSON.parse(readFileSync(fileOf('trl.jsonl'), 'utf8'))
  assert.deepEqual(row, {
    prompt: [{ role: 'user', content: 'Sum up.\n\nText.' }],
    chosen: [{ role: 'assistant', content: 'ac\n' }],
    rejected: [{ role: 'assistant', content: 'ab' }],
    id: item.id,
  })
  const { good } = await readAll(fileOf('trl.jsonl'))
  assert.equal(good[0]!.item.chosen, 'ac\n')
  assert.equal(good[0]!.item.sourceId, item.id)
})

test('token labels are written with ids, spans and the tokenizer they belong to', async () => {
  const side = {
    ids: [1, 2],
    labels: [0, -1],
    offsets: [[0, 1] as [number, number], [1, 2] as [number, number]],
  }
  const labels = {
    itemId: 'item_1',
    tokenizerHash: 'abc',
    rejected: side,
    edited: { ...side, labels: [0, 1] },
  }
  assert.equal(await writeRows(fileOf('labels.jsonl'), [labels], labelRow), 1)
  assert.deepEqual(JSON.parse(readFileSync(fileOf('labels.jsonl'), 'utf8')), labels)
})

test('an export that fails leaves the older file', async () => {
  const file = fileOf('kept.jsonl')
  await writeRows(file, [{ item: plainItem, annotations: [] }], stetRow)
  const before = readFileSync(file)
  const failing = (function* () {
    yield { item: plainItem, annotations: [revision] }
    throw new Error('the source failed')
  })()
  await assert.rejects(writeRows(file, failing, stetRow), /the source failed/)
  assert.deepEqual(readFileSync(file), before)
})
