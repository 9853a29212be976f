/**
 * Mutants of every kind of file that comes from outside: each is read, or refused in a sentence that names it. None
 * crashes or hangs its process (those that Stet itself reads in a limited process are then tried in that), and nothing
 * is left open. `STET_MUTANTS` sets their number, `STET_SEED` the first seed.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { LimitedTokenizer } from '../../electron/host/models/limited-tokenizer.ts'
import { openParquet } from '../../electron/pipeline/data/parquet.ts'
import { count, times } from './count.ts'
import type { FromChild } from './hostile/child.ts'
import { type KindName, kinds } from './hostile/kinds.ts'

const mutants = Number(process.env.STET_MUTANTS ?? times({ few: 150, many: 10_000 }))
const seed = Number(process.env.STET_SEED ?? 1)
const hangMs = 30_000
const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-hostile-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  refused: number
  /** Mutants that ended their process, or had to be ended. */
  stopped: { index: number; file: string }[]
  defects: string[]
  resources: Extract<FromChild, { type: 'resources' }>[]
}

/** Runs one process until it has read all mutants from `first` on, or a mutant stops it. @returns the next index */
async function readMutants(kind: KindName, first: number, outcome: Outcome): Promise<number> {
  const entry = path.join(import.meta.dirname, 'hostile/child.ts')
  const place = path.join(folder, String(first))
  const child = fork(entry, [kind, place, first, mutants, seed].map(String), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc', '--max-old-space-size=1024'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let current: { index: number; file: string } | null = null
  let next = first
  let hang: NodeJS.Timeout | undefined
  child.on('message', (message: FromChild) => {
    clearTimeout(hang)
    if (message.type === 'begun') {
      current = message
      hang = setTimeout(() => child.kill('SIGKILL'), hangMs)
    } else if (message.type === 'ended') {
      current = null
      next = message.index + 1
      if (message.isRefused) outcome.refused++
      if (message.defect !== null) outcome.defects.push(`${kind} ${message.index}: ${message.defect}`)
    } else outcome.resources.push(message)
  })
  const [code] = await once(child, 'exit')
  clearTimeout(hang)
  if (current !== null) {
    const stopped: { index: number; file: string } = current
    const kept = path.join(folder, `stopped-${kind}-${stopped.index}${path.extname(stopped.file)}`)
    cpSync(stopped.file, kept, { recursive: true })
    outcome.stopped.push({ index: stopped.index, file: kept })
    next = stopped.index + 1
  } else if (code !== 0)
    outcome.defects.push(`${kind}: the process ended with ${code} after mutant ${next - 1}`)
  rmSync(place, { recursive: true, force: true })
  return current === null && code !== 0 ? mutants : next
}

/** Where Stet itself reads a kind in a limited process: what stopped the test's process must only end that. */
const limitedly: Partial<Record<KindName, (file: string) => Promise<unknown>>> = {
  parquet: async (file) => {
    const { rows } = await openParquet(file, { limits: { memoryMiB: 256, waitMs: 5000 } })
    for await (const _ of rows);
  },
  tokenizer: tryLimited,
  template: tryLimited,
}

async function tryLimited(file: string): Promise<void> {
  const tokenizer = new LimitedTokenizer(file, { baseMs: 3000, perMillionMs: 0, memoryMiB: 512 })
  await tokenizer.encodeChats([[{ role: 'user', content: 'Hi' }]])
}

async function assertStopped(
  kind: KindName,
  { index, file }: { index: number; file: string },
): Promise<void> {
  const read = limitedly[kind]
  assert.ok(read, `${kind}: mutant ${index} crashed or hung its process`)
  await read(file).catch((error: Error & { code?: string }) => {
    assert.equal(error.code, 'bad_input', error.stack)
    assert.ok(error.message.includes(path.basename(file)), error.message)
  })
}

for (const kind of Object.keys(kinds) as KindName[])
  test(`mutants of ${kind} are read or refused in a sentence, without crash, hang or leak`, async () => {
    const outcome: Outcome = { refused: 0, stopped: [], defects: [], resources: [] }
    mkdirSync(folder, { recursive: true })
    for (let next = 0; next < mutants; ) next = await readMutants(kind, next, outcome)
    assert.deepEqual(outcome.defects.slice(0, 3), [], `${outcome.defects.length} defects; seed ${seed}`)
    for (const stopped of outcome.stopped) await assertStopped(kind, stopped)
    assert.ok(outcome.refused > mutants / 20, `only ${outcome.refused} mutants were refused`)
    const [early, late] = [outcome.resources[0], outcome.resources.at(-1)]
    if (early && late && outcome.stopped.length === 0) {
      assert.ok(
        (late.descriptors ?? 0) <= (early.descriptors ?? 0) + 2,
        `${late.descriptors} descriptors are open`,
      )
      assert.ok(late.heapMiB < early.heapMiB + 40, `memory grew from ${early.heapMiB} to ${late.heapMiB} MiB`)
    }
    const ended =
      outcome.stopped.length === 0 ? '' : `, ${outcome.stopped.length} ended in their limited process`
    count(
      'hostile',
      `${mutants.toLocaleString('en-GB')} mutants of ${kind}: ${outcome.refused.toLocaleString('en-GB')} refused in a sentence${ended}, 0 crashes, hangs or leaks`,
    )
  })
