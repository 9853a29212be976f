import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { writeFileAtomic } from '../../../electron/engine/formats/atomic.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-atomic-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('text and bytes are written in order', async () => {
  const file = path.join(folder, 'mixed')
  await writeFileAtomic(file, ['a', new Uint8Array([0xff, 0x00]), 'ß😀', '', new Uint8Array()])
  assert.deepEqual(readFileSync(file), Buffer.from([0x61, 0xff, 0x00, 0xc3, 0x9f, 0xf0, 0x9f, 0x98, 0x80]))
})

test('many small and large chunks from an async source are written completely', async () => {
  const file = path.join(folder, 'large')
  const parts = Array.from({ length: 3000 }, (_, index) => `${index},`.repeat(1 + (index % 300)))
  await writeFileAtomic(
    file,
    (async function* () {
      yield* parts
    })(),
  )
  assert.equal(readFileSync(file, 'utf8'), parts.join(''))
})

test('a source that fails leaves the old file unchanged and no other file', async () => {
  const file = path.join(folder, 'kept')
  writeFileSync(file, 'old')
  const failing = (function* () {
    yield 'x'.repeat(200_000)
    throw new Error('the source failed')
  })()
  await assert.rejects(writeFileAtomic(file, failing), /the source failed/)
  assert.equal(readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  )
})

test('text with half a surrogate pair is refused', async () => {
  const file = path.join(folder, 'half')
  await assert.rejects(writeFileAtomic(file, ['\ud83d', '\ude00']), /surrogate/)
  assert.throws(() => statSync(file))
})

test('a missing folder is named', async () => {
  const file = path.join(folder, 'missing', 'file')
  await assert.rejects(writeFileAtomic(file, ['x']), { name: 'UserError', code: 'not_found' })
})

test('a full disk is reported and leaves the old file', { skip: process.platform === 'win32' }, () => {
  const file = path.join(folder, 'full')
  writeFileSync(file, 'old')
  const module = path.resolve(import.meta.dirname, '../../../electron/engine/formats/atomic.ts')
  const script = `
    process.on('SIGXFSZ', () => {})
    const { writeFileAtomic } = await import(${JSON.stringify(module)})
    await writeFileAtomic(${JSON.stringify(file)}, [new Uint8Array(1 << 20)]).catch((error) => console.log(error.code))`
  const limited = 'ulimit -f 100; exec "$0" --input-type=module -e "$1"'
  const output = execFileSync('bash', ['-c', limited, process.execPath, script], { encoding: 'utf8' })
  assert.equal(output.trim(), 'out_of_space')
  assert.equal(readFileSync(file, 'utf8'), 'old')
})

test('a process killed while it writes leaves the old file or the new one, never a part', async () => {
  const file = path.join(folder, 'killed')
  writeFileSync(file, 'old')
  const module = path.resolve(import.meta.dirname, '../../../electron/engine/formats/atomic.ts')
  const script = `
    const { writeFileAtomic } = await import(${JSON.stringify(module)})
    console.log('start')
    for (;;) await writeFileAtomic(${JSON.stringify(file)}, Array(64).fill(new Uint8Array(1 << 16)))`
  for (const waitMs of [0, 7, 23]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
    assert.ok([3, 64 << 16].includes(statSync(file).size), `${statSync(file).size} bytes`)
  }
})
