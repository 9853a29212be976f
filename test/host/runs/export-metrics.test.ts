/** Metrics for other tools: everything that was measured, once or while a run trains, never over another file. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import { crc32c } from '../../../electron/host/runs/metric-files/tensorboard.ts'
import {
  addMetrics,
  addStepTime,
  createProject,
  createRun,
  deleteMetricsAfter,
  deleteStepTimesAfter,
  setRunState,
} from '../../../electron/storage/index.ts'
import { openClient, resultOf } from '../client.ts'

const { folder, host, close } = openClient()
after(close)
const project = path.join(folder, 'p.stet')
// As the process does that trains: the host has to read the project beside it.
const { db, close: leave } = await createProject(project, 'p')
after(leave)

function runNamed(name: string) {
  const config = { job: { kind: 'sft' as const, config: SftConfig.parse({}) }, modelName: null }
  const run = createRun(db, { kind: 'sft', name, seeds: {}, codeVersion: 'test', parentId: null, config })
  setRunState(db, run.id, 'running')
  return run
}

function measure(run: string, step: number, values: Record<string, number>): void {
  addMetrics(db, run, step, values)
  addStepTime(db, run, step, 0.5)
}

async function exported(
  input: Partial<Parameters<(typeof host.verbs)['export-metrics']>[0]> & { run: string; out: string },
) {
  const events = await host.verbs['export-metrics']({ project, ...input })
  return (await resultOf(events)).result
}

const third = 1 / 3
const done = runNamed('done')
measure(done.id, 1, { 'sft/loss': 2.5, 'loss/total': third })
measure(done.id, 2, { 'sft/loss': Number.NaN, 'loss/total': 1e-12, 'old/key': 7 })
setRunState(db, done.id, 'done')
const startedAt = Date.parse(done.createdAt) / 1000

test('a table has every number with all its digits, a row per step, and an empty cell where none was measured', async () => {
  const out = path.join(folder, 'done.csv')
  assert.deepEqual(await exported({ run: 'done', out, format: 'csv' }), { file: out, steps: 2 })
  const rows = parse(readFileSync(out), { columns: true }) as Record<string, string>[]
  assert.deepEqual(Object.keys(rows[0]!), ['step', 'time', 'loss/total', 'sft/loss', 'old/key'])
  assert.deepEqual(
    rows.map((row) => [row.step, Number(row['loss/total']), row['sft/loss'], row['old/key']]),
    [
      ['1', third, '2.5', ''],
      ['2', 1e-12, 'NaN', '7'],
    ],
  )
  assert.deepEqual(
    rows.map(({ time }) => Number(time)),
    [startedAt + 0.5, startedAt + 1],
  )
})

test('an object per step has the same numbers', async () => {
  const out = path.join(folder, 'done.jsonl')
  await exported({ run: 'done', out, format: 'jsonl' })
  const rows = readFileSync(out, 'utf8').trimEnd().split('\n')
  assert.deepEqual(JSON.parse(rows[0]!), {
    step: 1,
    time: startedAt + 0.5,
    'loss/total': third,
    'sft/loss': 2.5,
  })
  assert.equal(JSON.parse(rows[1]!)['sft/loss'], 'NaN')
})

/** The records of an event file, by their lengths; every CRC is checked. */
function recordsOf(file: string): Buffer[] {
  const bytes = readFileSync(file)
  const records: Buffer[] = []
  const unmasked = (at: number) => {
    const rotated = (bytes.readUInt32LE(at) - 0xa282ead8) >>> 0
    return ((rotated << 15) | (rotated >>> 17)) >>> 0
  }
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    assert.equal(unmasked(at + 8), crc32c(bytes.subarray(at, at + 8)))
    const data = bytes.subarray(at + 12, at + 12 + length)
    assert.equal(unmasked(at + 12 + length), crc32c(data))
    records.push(data)
    at += 16 + length
  }
  return records
}

test('CRC-32C is that of RFC 3720', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
})

test('an event file has a record per step after that of its version; TensorBoard itself reads it in test/interop', async () => {
  const { file, steps } = await exported({ run: 'done', out: path.join(folder, 'logs/done') })
  assert.match(path.basename(file), /^events\.out\.tfevents\.\d+\.stet$/)
  const [version, first, ...rest] = recordsOf(file)
  assert.equal(rest.length + 1, steps)
  assert.ok(version!.includes('brain.Event:2'))
  assert.equal(first!.readDoubleLE(1), startedAt + 0.5)
  assert.ok(first!.includes('sft/loss') && !first!.includes('old/key'))
})

test('what exists is not written over, and a run without steps or with a wrong name is a mistake', async () => {
  const taken = path.join(folder, 'taken.csv')
  writeFileSync(taken, 'mine')
  await assert.rejects(exported({ run: 'done', out: taken, format: 'csv' }), { code: 'conflict' })
  await assert.rejects(exported({ run: 'done', out: taken }), { code: 'conflict' })
  assert.equal(readFileSync(taken, 'utf8'), 'mine')
  await assert.rejects(exported({ run: 'done', out: path.join(folder, 'logs/done') }), /with event files/)
  await assert.rejects(exported({ run: 'done', out: path.join(project, 'backups') }), /inside the project/)
  const empty = path.join(folder, 'empty')
  mkdirSync(empty)
  await exported({ run: 'done', out: empty })
  assert.equal(readdirSync(empty).length, 1)
  const fresh = runNamed('fresh')
  setRunState(db, fresh.id, 'paused')
  await assert.rejects(
    exported({ run: 'fresh', out: path.join(folder, 'x.csv'), format: 'csv' }),
    /has no metrics/,
  )
  await assert.rejects(exported({ run: 'nothing', out: 'x' }), /no run "nothing"/)
})

test('a run is followed until it ends: new steps, new metrics, and steps that are measured again', async () => {
  const run = runNamed('live')
  const out = path.join(folder, 'live.csv')
  const tableOf = () => parse(readFileSync(out), { columns: true }) as Record<string, string>[]
  const until = async (holds: () => boolean) => {
    for (let tries = 0; tries < 200 && !holds(); tries++) await sleep(50)
    assert.ok(holds())
  }
  const following = exported({ run: 'live', out, format: 'csv', follow: true })
  await until(() => {
    try {
      return tableOf().length === 0
    } catch {
      return false
    }
  })
  measure(run.id, 1, { 'loss/total': 1 })
  measure(run.id, 2, { 'loss/total': 2 })
  await until(() => tableOf().length === 2)
  measure(run.id, 3, { 'loss/total': 3, 'judge/win_rate': 50 })
  await until(() => tableOf().length === 3)
  deleteMetricsAfter(db, run.id, 1)
  deleteStepTimesAfter(db, run.id, 1)
  measure(run.id, 2, { 'loss/total': 20 })
  await until(() => tableOf().length === 2)
  setRunState(db, run.id, 'done')
  assert.equal((await following).steps, 2)
  assert.deepEqual(
    tableOf().map((row) => [row['loss/total'], row['judge/win_rate']]),
    [
      ['1', undefined],
      ['20', undefined],
    ],
  )
})
