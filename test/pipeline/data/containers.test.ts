import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openRows } from '../../../electron/pipeline/data/read.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-containers-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, content)
  return file
}

async function readAll(file: string, columns?: Record<string, string>) {
  const { reading, rows } = await openRows(file, { columns })
  const good: { line: number; edited: string | undefined; rejected: string | null }[] = []
  const bad: string[] = []
  for await (const row of rows) {
    if ('reason' in row) bad.push(`${row.line}: ${row.reason}`)
    else good.push({ line: row.line, rejected: row.item.rejected, edited: row.annotations[0]?.edited })
  }
  return { reading, good, bad }
}

const row = (n: number) => ({ prompt: `p${n}`, rejected: `r${n} é`, edited: `e${n}` })
const rows = [row(1), row(2), row(3)]
const expected = rows.map(({ rejected, edited }) => ({ rejected, edited }))
const texts = ({ good }: Awaited<ReturnType<typeof readAll>>) =>
  good.map(({ rejected, edited }) => ({ rejected, edited }))
const table = (separator: string) =>
  ['prompt,rejected,edited', ...rows.map((each) => Object.values(each).join(','))]
    .join('\r\n')
    .replaceAll(',', separator)
const utf16be = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()

const containers: [name: string, content: string | Uint8Array, container: string][] = [
  ['an array', JSON.stringify(rows), 'a JSON array'],
  ['lines', rows.map((each) => JSON.stringify(each)).join('\n'), 'JSON lines'],
  ['pretty objects', rows.map((each) => JSON.stringify(each, null, 2)).join('\n'), 'JSON objects'],
  ['a wrapper on one line', JSON.stringify({ version: '1.0', data: rows }), 'a JSON object'],
  [
    'a pretty wrapper',
    JSON.stringify({ version: '1', data: rows, n: 3 }, null, 2),
    'a JSON object with a list of rows',
  ],
  ['a wrapper of any name', JSON.stringify({ pairs: rows }), 'a JSON object'],
  ['a pretty wrapper of any name', JSON.stringify({ pairs: rows }, null, 1), 'JSON objects'],
  ['commas', table(','), 'CSV'],
  ['tabs', table('\t'), 'CSV'],
  ['a declared separator', `sep=;\r\n${table(';')}`, 'CSV'],
  ['a declared bar', `\ufeff"sep=|"\n${table('|')}`, 'CSV'],
  ['UTF-16', Buffer.from(`\ufeff${table('\t')}`, 'utf16le'), 'CSV, in UTF-16'],
  ['UTF-16, big end first', utf16be(JSON.stringify(rows)), 'a JSON array, in UTF-16'],
  [
    'gzipped UTF-16',
    gzipSync(utf16be(rows.map((each) => JSON.stringify(each)).join('\r\n'))),
    'JSON lines, in UTF-16',
  ],
]

for (const [name, content, container] of containers) {
  test(`rows are the same in ${name}`, async () => {
    const all = await readAll(write('rows', content))
    assert.deepEqual(texts(all), expected)
    assert.deepEqual(all.bad, [])
    assert.equal(all.reading.container, container)
    if (name.includes('wrapper'))
      assert.match(all.reading.notes.join(), /The rows are the list "(data|pairs)"/)
  })
}

test('one pretty-printed object is one row, also if it has lists', async () => {
  const dialogue = {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  }
  const one = await readAll(write('one.json', `\n${JSON.stringify(dialogue, null, 4)}\n`))
  assert.deepEqual([one.reading.format, one.good.length, one.bad], ['dialogues', 1, []])
  const withData = { ...row(1), data: [{ x: 1 }], examples: [{ y: 2 }] }
  for (const indent of [0, 2]) {
    const { good } = await readAll(write('data.json', JSON.stringify(withData, null, indent)))
    assert.deepEqual(good, [{ line: 1, rejected: 'r1 é', edited: 'e1' }])
  }
})

test('a large wrapper streams its rows with their lines, on one line or many', async () => {
  const many = Array.from({ length: 3000 }, (_, n) => row(n))
  for (const indent of [0, 1]) {
    const file = write(
      'large.json',
      JSON.stringify({ info: { a: '[{' }, rows: many, after: [1] }, null, indent),
    )
    const { good, bad } = await readAll(file)
    assert.deepEqual([good.length, bad], [3000, []])
    assert.equal(good[1]!.line, indent === 0 ? 1 : 11)
  }
})

test('damage in objects on several lines is reported with its line', async () => {
  const text = rows
    .map((each) => JSON.stringify(each, null, 2))
    .join('\n')
    .replace('"rejected": "r2', '"rejected" "r2')
  const { good, bad } = await readAll(write('damaged.json', text))
  assert.deepEqual(
    good.map(({ line }) => line),
    [1, 11],
  )
  assert.match(bad.join(), /^6: it is not JSON/)
  const broken = `${JSON.stringify(row(1)).slice(0, -3)}\n${JSON.stringify(row(2)).slice(0, -2)}\n`
  const lines = await readAll(write('broken.jsonl', broken))
  assert.match(lines.bad.join('|'), /^1: it is not JSON.*\|2: it is not JSON/)
})

test('an object of columns is refused with the command that converts it', async () => {
  const byIndex = (key: 'prompt' | 'rejected') => Object.fromEntries(rows.map((each, i) => [i, each[key]]))
  const lists = { prompt: rows.map(({ prompt }) => prompt), rejected: rows.map(({ rejected }) => rejected) }
  const one = { prompt: { 0: 'a' }, rejected: { 0: 'b' } }
  for (const value of [{ prompt: byIndex('prompt'), rejected: byIndex('rejected') }, lists, one]) {
    await assert.rejects(readAll(write('my columns.json', JSON.stringify(value))), {
      name: 'UserError',
      message: /one object of columns \(prompt, rejected\).* python -c ".*" '.*my columns\.json' rows\.jsonl/,
    })
  }
})

test('NaN in a row is named, with what to write instead', async () => {
  const { bad } = await readAll(
    write('nan.jsonl', `${JSON.stringify(row(1))}\n{"prompt": "p", "rejected": "r", "score": NaN}`),
  )
  assert.match(bad.join(), /^2: it is not JSON \(it has NaN, .* write null/)
})

test('files of other kinds are refused by name, with the command that converts them', async () => {
  const hex = (digits: string) => Buffer.concat([Buffer.from(digits, 'hex'), Buffer.alloc(600)])
  const tar = Buffer.alloc(600)
  tar.write('ustar', 257)
  const cases: [name: string, content: Buffer, message: RegExp][] = [
    ['a b.xlsx', hex('504b0304'), /an Excel workbook.*read_excel.* '.*a b\.xlsx' rows\.jsonl/],
    ['a.ods', hex('504b0304'), /an OpenDocument spreadsheet.*read_excel/],
    ['a.zip', hex('504b0304'), /a ZIP archive.* unzip .*a\.zip/],
    ['a.arrow', hex('4152524f5731'), /an Arrow file.*read_feather/],
    ['data.arrow', hex('ffffffff'), /an Arrow stream.*Dataset\.from_file.* rows\.parquet/],
    ['a.zst', hex('28b52ffd'), /a Zstandard archive.* zstd -d/],
    ['a.bz2', hex('425a68'), /a bzip2 archive.* bunzip2 -k/],
    ['a.xz', hex('fd377a58'), /an XZ archive.* unxz -k/],
    ['a.db', hex('53514c69'), /an SQLite database.* sqlite3 -json/],
    ['a.pkl', hex('8004'), /a Python pickle.*read_pickle/],
    ['a.gguf', hex('47475546'), /a GGUF model: it has no rows/],
    ['a.tar.gz', gzipSync(tar), /a tar archive.* tar -xf/],
    ['a.parquet.gz', gzipSync(hex('50415231')), /a Parquet file packed with gzip.* gunzip -k/],
    ['bare.txt', Buffer.from(table(','), 'utf16le'), /text in UTF-16LE.* iconv -f UTF-16LE -t UTF-8/],
    ['wide.txt', hex('fffe0000'), /text in UTF-32/],
    [
      'odd.txt',
      Buffer.concat([Buffer.from(`\ufeff${table(',')}`, 'utf16le'), Buffer.from('00d8', 'hex')]),
      /not all UTF-16/,
    ],
  ]
  for (const [name, content, message] of cases) {
    await assert.rejects(readAll(write(name, content)), (error: Error) => {
      assert.equal(error.name, 'UserError', error.stack)
      assert.match(error.message, message)
      return true
    })
  }
})
