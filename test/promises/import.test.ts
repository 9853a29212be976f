/** A large import is quick, takes little memory, and ends within a second of being cancelled. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createProject, openProject } from '../../electron/storage/index.ts'
import { countItems } from '../../electron/storage/items.ts'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { count, isLong, times } from './count.ts'

const rows = times({ few: 8_000, many: 200_000 })
const maxBytes = 500e6
/** By then a large import is under way; a small one is over. */
const cancelAfterMs = 4000
const maxCancelMs = 1000

const folder = temporaryFolder()
const cli = path.resolve(import.meta.dirname, '../../electron/host/entry/cli/main.ts')
const usage = pathToFileURL(path.join(import.meta.dirname, 'report-usage.ts')).href
const words = 'the ferry leaves at dawn when the tide is high and the old captain has read his letters'.split(
  ' ',
)

const textOf = (n: number, length: number) =>
  Array.from({ length }, (_, i) => words[(n * 31 + i * i + (n % 97) * i) % words.length]).join(' ')

async function writeManyRows(file: string): Promise<number> {
  const stream = createWriteStream(file)
  for (let n = 0; n < rows; n++) {
    const row = {
      prompt: `Question ${n}: ${textOf(n, 40)}?`,
      rejected: textOf(n, 120),
      chosen: textOf(n + 1, 120),
    }
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return statSync(file).size
}

interface End {
  code: number | null
  cpuSeconds: number
  maxBytes: number
  /** When it ended. */
  endedAt: number
}

/** @param cancelAt milliseconds until it is interrupted; null if it is not */
function importInto(project: string, file: string, cancelAt: number | null): Promise<End> {
  const args = ['--import', usage, cli, 'import', project, file]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const timer = cancelAt === null ? undefined : setTimeout(() => child.kill('SIGINT'), cancelAt)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      const used = /USAGE (.*)/.exec(errors)
      if (used === null) return reject(new Error(errors))
      resolve({ code, ...JSON.parse(used[1]!), endedAt: performance.now() })
    })
  })
}

async function itemsIn(project: string): Promise<number> {
  const { db, close } = await openProject(project)
  const items = countItems(db)
  close()
  return items
}

const file = path.join(folder, 'rows.jsonl')
const bytes = await writeManyRows(file)
const project = path.join(folder, 'p.stet')
await (await createProject(project, 'p')).close()

async function checkCancelling(): Promise<void> {
  const startedAt = performance.now()
  const { code, endedAt } = await importInto(project, file, cancelAfterMs)
  const ms = Math.round(endedAt - startedAt - cancelAfterMs)
  assert.notEqual(code, 0)
  assert.ok(ms < maxCancelMs, `${ms} ms`)
  assert.equal(await itemsIn(project), 0)
  count('load', `a cancelled import ends after ${ms} ms, with nothing left`)
}

// test/storage/import-rows.test.ts cancels one in memory.
if (isLong) test('a cancelled import ends within a second and leaves nothing', checkCancelling)

test(`${rows} rows are imported with bounded memory`, async () => {
  const { code, cpuSeconds, maxBytes: used } = await importInto(project, file, null)
  assert.equal(code, 0)
  assert.equal(await itemsIn(project), rows)
  assert.ok(used < maxBytes, `${used} bytes`)
  const [size, speed] = [Math.round(bytes / 1e6), (bytes / 1e6 / cpuSeconds).toFixed(1)]
  count(
    'load',
    `import of ${rows} rows (${size} MB): ${speed} MB per second of the processor, ${Math.round(used / 1e6)} MB of memory`,
  )
})
