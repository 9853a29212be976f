/** Text in = text out: generated strings are the same after import, edit, labels and export, character by character. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openClient } from '../host/client.ts'
import { count, times } from './count.ts'

const { folder, host, close } = openClient()
after(close)
const amount = times({ few: 150, many: 10_000 })
const tokenizer = path.resolve(import.meta.dirname, '../golden/llama-tied')

/** What programs change on the way: ends of lines, white space, marks, quotes, delimiters, special tokens. */
const hard = [
  '\u0000',
  '\u0001',
  '\u001f',
  '\u007f',
  '\u0085',
  '\ufeff',
  '\u200b',
  '\u200d',
  '\u202e',
  '\u2028',
  '\u2029',
  '\ufffe',
  '\uffff',
  '\u{10ffff}',
  '\r\n',
  '\r',
  '\n',
  '\t',
  ' ',
  '  ',
  '\u00a0',
  '\u3000',
  '"',
  '""',
  "'",
  '`',
  ',',
  ';',
  '|',
  '\\',
  '\\n',
  '\\u0041',
  '{{',
  '}}',
  '<|end|>',
  '</s>',
  '<b>',
  'e\u0301',
  'é',
  'ﬁ',
  'İ',
  'ß',
  'Å',
  '한',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '٣',
  'null',
  'NaN',
  '[]',
  '{}',
  '0',
]
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...hard),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''))

interface Row {
  id: string
  prompt: string
  rejected: string
  edited: string
}

const rows: Row[] = fc.sample(fc.tuple(text, text, text), amount).map(([prompt, rejected, edited], i) => ({
  id: `own-${i}`,
  prompt: `${i}?${prompt}`,
  rejected: `a${rejected}`,
  edited: `b${edited}`,
}))

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

async function resultOf<Result>(events: Promise<AsyncIterator<unknown, Result>>): Promise<Result> {
  const iterator = await events
  for (;;) {
    const next = await iterator.next()
    if (next.done) return next.value
  }
}

interface Exported {
  item: { id: string; sourceId: string; prompt: { content: string }[]; rejected: string }
  annotations: { edited: string }[]
}

const linesOf = <Line>(file: string): Line[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('generated strings come out as they went in', async () => {
  const { folder: project } = await host.projects.create({ name: 'texts' })
  const half = Math.floor(rows.length / 2)
  const jsonl = path.join(folder, 'rows.jsonl')
  const csv = path.join(folder, 'rows.csv')
  const asJson = ({ id, prompt, rejected }: Row) => JSON.stringify({ id, prompt, rejected })
  writeFileSync(jsonl, rows.slice(0, half).map(asJson).join('\n'))
  const cells = rows
    .slice(half)
    .map(({ id, prompt, rejected }) => [id, prompt, rejected].map(quoted).join(','))
  writeFileSync(csv, ['id,prompt,rejected', ...cells].join('\n'))
  const { imported, bad } = await resultOf(host.verbs.import({ project, files: [jsonl, csv] }))
  assert.deepEqual([imported, bad], [rows.length, []])

  const wanted = new Map(rows.map((row) => [row.id, row]))
  for (const id of await host.data.ids({ project })) {
    const { item } = await host.data.get({ project, id })
    const row = wanted.get(item.sourceId ?? '')!
    assert.deepEqual([item.prompt[0]!.content, item.rejected], [row.prompt, row.rejected], row.id)
    const annotation = {
      itemId: id,
      annotator: 'ann',
      state: 'done' as const,
      edited: row.edited,
      operations: [],
      elapsedMs: 1,
      provenance: 'human' as const,
      createdAt: null,
    }
    await host.annotate.save({ project, annotation })
  }

  const labels = path.join(folder, 'labels.jsonl')
  await resultOf(host.verbs.label({ project, tokenizer, out: labels }))
  const out = path.join(folder, 'out.jsonl')
  await resultOf(host.verbs.export({ project, out }))
  const exported = linesOf<Exported>(out)
  assert.equal(exported.length, rows.length)
  for (const { item, annotations } of exported) {
    const { sourceId, prompt, rejected } = item
    const row = wanted.get(sourceId)!
    const texts = [prompt[0]!.content, rejected, annotations.at(-1)!.edited]
    assert.deepEqual(texts, [row.prompt, row.rejected, row.edited], sourceId)
  }

  const rowOf = new Map(exported.map(({ item: { id, sourceId } }) => [id, wanted.get(sourceId)!]))
  for (const { itemId, ...sides } of linesOf<
    { itemId: string } & Record<'rejected' | 'edited', { offsets: [number, number][] }>
  >(labels))
    for (const side of ['rejected', 'edited'] as const) {
      let covered = 0
      for (const [start, end] of sides[side].offsets) {
        assert.ok(start <= covered && end >= covered, `${itemId}: a gap at ${covered}`)
        covered = end
      }
      assert.equal(covered, rowOf.get(itemId)![side].length, 'tokens cover the whole text')
    }

  const { folder: second } = await host.projects.create({ name: 'again' })
  await resultOf(host.verbs.import({ project: second, files: [out] }))
  const again = path.join(folder, 'again.jsonl')
  await resultOf(host.verbs.export({ project: second, out: again }))
  assert.ok(readFileSync(again).equals(readFileSync(out)), 'an export that is imported gives the same export')
  count(
    'text',
    `${rows.length.toLocaleString('en-GB')} items of three generated strings through import, edit, labels and export: 0 changed`,
  )
})

test('a string that cannot be stored exactly is refused, not changed', async () => {
  const { folder: project } = await host.projects.create({ name: 'refused' })
  const file = path.join(folder, 'half.jsonl')
  writeFileSync(file, '{"prompt": "a", "rejected": "x\\ud800y"}\n{"prompt": "b", "rejected": "fine"}\n')
  const { imported, bad } = await resultOf(host.verbs.import({ project, files: [file] }))
  assert.equal(imported, 1)
  assert.match(bad[0]!.reason, /half a surrogate pair/)
})
