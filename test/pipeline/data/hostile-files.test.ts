/** Files that have no end, or unpack to far more than they are, are refused at once; reading any file can be cancelled. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openParquet } from '../../../electron/pipeline/data/parquet.ts'
import { readColumns, readRawRows } from '../../../electron/pipeline/data/raw-rows.ts'
import { detectFile, openRows, readRows } from '../../../electron/pipeline/data/read.ts'
import { describeFile } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../../host/entry/cli-process.ts'

const folder = temporaryFolder()
const at = (name: string) => path.join(folder, name)
const isPosix = process.platform !== 'win32'

async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

const ways: Record<string, (file: string, signal?: AbortSignal) => Promise<unknown>> = {
  read: (file, signal) => drain(readRows(file, { signal })),
  'read raw': (file, signal) => drain(readRawRows(file, { signal })),
  open: (file, signal) => openRows(file, { signal }).then(({ rows }) => drain(rows)),
  detect: (file, signal) => detectFile(file, { signal }),
  'read columns': (file, signal) => readColumns(file, signal),
  describe: describeFile,
}

async function within<Result>(seconds: number, work: Promise<Result>): Promise<Result> {
  const began = performance.now()
  try {
    return await work
  } finally {
    const took = (performance.now() - began) / 1000
    assert.ok(took < seconds, `it took ${took.toFixed(1)} s`)
  }
}

test('pipes, devices and sockets are refused at once, several at a time', { skip: !isPosix }, async () => {
  const pipes = ['a', 'b', 'c', 'd', 'e'].map((name) => at(`pipe-${name}.jsonl`))
  execFileSync('mkfifo', pipes)
  const server = createServer().listen(at('socket'))
  await once(server, 'listening')
  after(() => server.close())
  const refused = [...pipes, '/dev/zero', '/dev/random', at('socket')]
  for (const [name, way] of Object.entries(ways)) {
    const message = name === 'describe' ? /is not a file/ : /is a (pipe|device|socket), not a file/
    const all = refused.map((file) =>
      assert.rejects(way(file), { code: 'bad_input', message }, `${name} ${file}`),
    )
    await within(2, Promise.all(all))
  }
})

test('a gzip file that unpacks to far more than it is is stopped, with what to do', async () => {
  const line = at('line.jsonl.gz')
  const member = gzipSync(Buffer.alloc(2 ** 25, 'a'))
  writeFileSync(line, Buffer.concat([gzipSync('{"prompt": "'), ...Array(30).fill(member)]))
  const message = /line\.jsonl\.gz unpacks to more than 400 times its size.*gunzip -k/
  for (const name of ['read', 'detect', 'read columns'])
    await within(5, assert.rejects(ways[name]!(line), { code: 'bad_input', message }, name))
})

test('rows that pack well are read', async () => {
  const file = at('alike.jsonl.gz')
  const row = JSON.stringify({ prompt: 'What is it? '.repeat(20), rejected: 'It is what it is. '.repeat(40) })
  writeFileSync(
    file,
    gzipSync(Array.from({ length: 80_000 }, (_, i) => `${row.slice(0, -1)},"id":"${i}"}`).join('\n')),
  )
  let count = 0
  for await (const read of readRows(file)) if ('item' in read) count++
  assert.equal(count, 80_000)
})

test('reading, detecting and describing a huge file stops within a second of being cancelled', async () => {
  const huge = at('huge.jsonl')
  const file = openSync(huge, 'w')
  writeSync(file, `{"prompt": "${'a'.repeat(200_000)}`)
  ftruncateSync(file, 2 ** 37) // takes no space
  closeSync(file)
  for (const [name, way] of Object.entries(ways)) {
    const stop = new AbortController()
    const reading = assert.rejects(way(huge, stop.signal), { name: 'AbortError' }, name)
    await new Promise((resolve) => setTimeout(resolve, 200))
    stop.abort()
    await within(1.5, reading)
  }
})

test('reading a Parquet file stops when it is cancelled', async () => {
  const golden = path.resolve(import.meta.dirname, '../../golden/parquet/none.parquet')
  const opening = new AbortController()
  const opened = assert.rejects(openParquet(golden, { signal: opening.signal }), { name: 'AbortError' })
  opening.abort()
  await opened
  const reading = new AbortController()
  const { rows } = await openParquet(golden, { signal: reading.signal })
  reading.abort()
  await assert.rejects(drain(rows), { name: 'AbortError' })
})
