import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { openParquet } from '../../../electron/pipeline/data/parquet.ts'
import { openRows } from '../../../electron/pipeline/data/read.ts'
import { findShards } from '../../../electron/pipeline/data/shards.ts'

const golden = path.resolve(import.meta.dirname, '../../golden/parquet')
const expected: Record<string, unknown>[] = JSON.parse(readFileSync(path.join(golden, 'rows.json'), 'utf8'))
const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-parquet-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function readAll(file: string) {
  const binary: string[] = []
  const progress: number[] = []
  const { columns, rows } = await openParquet(file, {
    onBinary: (column) => binary.push(column),
    onProgress: (read, total) => progress.push(read / total),
  })
  const values: unknown[] = []
  for await (const row of rows) {
    assert.ok('value' in row, JSON.stringify(row))
    assert.equal(row.line, values.length + 1)
    values.push(row.value)
  }
  return { columns, values, binary, progress }
}

for (const name of ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'pages-v2']) {
  test(`${name}.parquet gives the rows that pyarrow wrote, group by group`, async () => {
    const { columns, values, binary, progress } = await readAll(path.join(golden, `${name}.parquet`))
    const rows = expected.map(({ group, ...row }) => (name === 'pages-v2' ? row : { ...row, group }))
    assert.deepEqual(values, rows)
    assert.deepEqual([...columns].sort(), [...Object.keys(rows[0]!), 'image'].sort())
    assert.deepEqual(binary, ['image'], 'a binary column is left out, once')
    assert.equal(progress.at(-1), 1)
    assert.equal(progress.length, name === 'pages-v2' ? 1 : 3)
  })
}

test('a Parquet file is imported like the same rows in JSON, and says what is left out', async () => {
  const json = path.join(folder, 'rows.json')
  writeFileSync(json, JSON.stringify(expected))
  const ids: string[][] = []
  for (const file of [json, path.join(golden, 'snappy.parquet')]) {
    const { reading, rows } = await openRows(file)
    assert.equal(reading.format, 'plain')
    if (file !== json) {
      assert.equal(reading.container, 'Parquet')
      assert.match(reading.notes.join(' '), /"image" is binary and is left out/)
    }
    const own: string[] = []
    for await (const row of rows) own.push('item' in row ? row.item.id : row.reason)
    ids.push(own)
  }
  assert.deepEqual(ids[0], ids[1])
})

test('a codec that cannot be unpacked is refused with the command that converts the file', async () => {
  // No library writes LZO: the description of a file says it instead. The codec is a number, 7 for LZ4_RAW and 3 for LZO.
  const bytes = readFileSync(path.join(golden, 'lz4.parquet'))
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  for (let at = start; at < bytes.length - 8; at++)
    if (bytes[at] === 0x15 && bytes[at + 1] === 2 * 7) bytes[at + 1] = 2 * 3
  const file = path.join(folder, 'lzo.parquet')
  writeFileSync(file, bytes)
  await assert.rejects(readAll(file), {
    name: 'UserError',
    message: /packed with LZO.* Convert it: python -c ".*" .*lzo\.parquet converted\.parquet/,
  })
})

test('a file without rows is refused in a sentence', async () => {
  await assert.rejects(openRows(path.join(golden, 'no-rows.parquet')), { message: /has no rows/ })
})

test('shards of one name are one dataset, in order, and train and test stay apart', async () => {
  const sets = findShards(path.join(golden, 'shards'))
  assert.deepEqual(
    sets.map(({ name, files }) => [name, files.map((file) => path.basename(file))]),
    [
      ['shards/test', ['test-00000-of-00001.parquet']],
      ['shards/train', ['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet']],
    ],
  )
  const counts = await Promise.all(
    sets.flatMap(({ files }) => files).map(async (file) => (await readAll(file)).values.length),
  )
  assert.deepEqual(counts, [3, 6, 5])
})

test('a folder without a dataset is refused with what to do', () => {
  assert.throws(() => findShards(path.join(folder, 'nothing')), { code: 'ENOENT' })
  const saved = mkdtempSync(path.join(folder, 'saved '))
  assert.throws(() => findShards(saved), { name: 'UserError', message: /without data files/ })
  writeFileSync(path.join(saved, 'data-00000-of-00001.arrow'), '')
  assert.throws(() => findShards(saved), { message: /save_to_disk.* python -c ".*" '.*saved .*'/ })
  for (const name of ['a.csv', 'b.jsonl']) writeFileSync(path.join(saved, name), '')
  assert.throws(() => findShards(saved), { message: /several kinds \(\.csv, \.jsonl\)/ })
})

/** Numbers from 0 to 1, the same in every run. */
function randomNumbers(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A file cut, or with up to four bytes changed, half of them in its description. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  if (random() < 0.2) return bytes.subarray(0, below(bytes.length))
  const mutant = Buffer.from(bytes)
  const footer = bytes.readUInt32LE(bytes.length - 8) + 8
  for (let n = below(4); n >= 0; n--) {
    const at = random() < 0.5 ? bytes.length - 1 - below(footer) : below(bytes.length)
    mutant[at] = random() < 0.5 ? below(256) : [0, 127, 128, 255][below(4)]!
  }
  return mutant
}

test('damaged files are read or refused in a sentence: none crashes or stops the process', async (context) => {
  const random = randomNumbers(17)
  const sources = ['none', 'zstd', 'pages-v2'].map((name) =>
    readFileSync(path.join(golden, `${name}.parquet`)),
  )
  const outcomes = { read: 0, refused: 0 }
  const mutants = Number(process.env.STET_PARQUET_MUTANTS ?? 40)
  async function check(file: string, from: number): Promise<void> {
    for (let n = from; n < mutants; n += 2) {
      writeFileSync(file, mutate(sources[n % sources.length]!, random))
      try {
        const { rows } = await openParquet(file, { limits: { memoryMiB: 256, waitMs: 20_000 } })
        for await (const _ of rows);
        outcomes.read++
      } catch (error) {
        assert.equal((error as Error).name, 'UserError', `mutant ${n}: ${(error as Error).stack}`)
        outcomes.refused++
      }
    }
  }
  await Promise.all([0, 1].map((from) => check(path.join(folder, `mutant-${from}.parquet`), from)))
  assert.equal(outcomes.read + outcomes.refused, mutants)
  assert.ok(outcomes.refused > mutants / 4)
  context.diagnostic(JSON.stringify(outcomes))
})

test('a reader that stops early leaves no process behind', async () => {
  const { rows } = await openParquet(path.join(golden, 'none.parquet'))
  for await (const _ of rows) break
  const children = () => (process.getActiveResourcesInfo?.() ?? []).filter((kind) => kind === 'ProcessWrap')
  for (let wait = 0; wait < 100 && children().length > 0; wait++)
    await new Promise((done) => setTimeout(done, 20))
  assert.deepEqual(children(), [])
})
