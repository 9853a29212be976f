/** What is kept for lists and charts equals what the records say, and views use it instead of reading every text. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editRatioOf } from '../../electron/host/data/edit-ratio.ts'
import { removeHidden } from '../../electron/storage/incoming.ts'
import * as storage from '../../electron/storage/index.ts'
import { type TableQuery, tablePage } from '../../electron/storage/item-table.ts'
import { everyItem } from '../every-item.ts'
import { edit, newItem, newProject, someRun } from './scratch.ts'

type Db = storage.Db

const keptTables = ['item_facts', 'latest_states', 'metric_groups']

function assertKept(db: Db, when: string): void {
  for (const table of keptTables) {
    const kept = db
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .map((row) => JSON.stringify(row))
    const computed = db
      .prepare(`SELECT * FROM ${table}_anew`)
      .all()
      .map((row) => JSON.stringify(row))
    assert.deepEqual(kept.sort(), computed.sort(), `${table} ${when}`)
  }
}

const row = (n: number, ...edits: ReturnType<typeof edit>[]) => ({
  file: 'f',
  line: n,
  item: newItem(n),
  annotations: edits,
})
const source = (name: string) => ({ name, files: [{ name, sizeBytes: 1, sha256: name }] })

test('kept states follow edits, imports onto known items, cancelled imports and removals', async () => {
  const { db } = await newProject()
  const items = Array.from({ length: 12 }, (_, n) => newItem(n, n % 5 === 4 ? { rejected: null } : {}))
  storage.addItems(db, items)
  assertKept(db, 'after items were added')
  for (const [n, state] of (['draft', 'done', 'skipped', 'flagged', 'done'] as const).entries())
    for (const annotator of ['ann', 'bob'])
      storage.saveAnnotation(db, edit(items[n % 4]!, `text ${n}`, { annotator, state }))
  assertKept(db, 'after edits')
  const known = items[0]!
  const rows = [
    row(100, edit(newItem(100), 'new')),
    { ...row(1), item: known, annotations: [edit(known, 'imported')] },
  ]
  await storage.importRows(db, rows, source('one'))
  assertKept(db, 'after an import')
  assert.equal(storage.countWork(db).annotations.done, 5)
  const failing = async function* () {
    for (let n = 200; n < 500; n++) yield row(n, edit(newItem(n), 'hidden', { annotator: 'zoe' }))
    yield { ...row(2), item: known, annotations: [edit(known, 'hidden', { annotator: 'zoe' })] }
    for (let n = 500; n < 700; n++) yield row(n)
    assert.deepEqual(storage.countWork(db).annotators, ['ann', 'bob'])
    assert.equal(storage.countWork(db).items, 13)
    throw new Error('the file is cut')
  }
  await assert.rejects(storage.importRows(db, failing(), source('two')), /the file is cut/)
  await removeHidden(db)
  assertKept(db, 'after an import that failed')
  storage.removeItems(db, [items[8]!.id, items[0]!.id])
  assertKept(db, 'after a removal')
})

test('kept groups of metrics follow steps, repeated steps, rewinding and branching', async () => {
  const { db } = await newProject()
  const run = storage.createRun(db, someRun)
  const other = storage.createRun(db, { ...someRun, name: 'other' })
  const add = (step: number, scale = 1) =>
    storage.addMetrics(db, run.id, step, {
      a: scale * Math.sin(step),
      ...(step % 5 === 0 ? { 'judge/win_rate': scale * Math.cos(step) } : {}),
      ...(step % 7 === 0 ? { b: Number.NaN } : { b: step }),
    })
  for (let step = 0; step < 300; step++) add(step)
  assertKept(db, 'after steps')
  add(123, 5)
  assertKept(db, 'after a repeated step')
  storage.copyHistory(db, { from: run.id, to: other.id, step: 100 })
  assertKept(db, 'after a branch')
  storage.deleteMetricsAfter(db, run.id, 205)
  assertKept(db, 'after a rewind')
  const points = storage.readMetric(db, run.id, 'judge/win_rate')
  const best = points.reduce((a, b) => (b.value > a.value ? b : a))
  assert.deepEqual(storage.greatestMetric(db, run.id, 'judge/win_rate'), best)
  assert.equal(storage.metricAt(db, run.id, 'a', 123), 5 * Math.sin(123))
  for (const every of [5, 8, 16, 64])
    for (const afterStep of [-1, 3, 70])
      assert.deepEqual(
        storage.metricEnvelope(db, run.id, { afterStep, every }),
        envelopeOf(storage.readMetrics(db, run.id, afterStep), every),
        `groups of ${every} after ${afterStep}`,
      )
  storage.deleteRun(db, other.id)
  assertKept(db, 'after a run was removed')
})

/** The same by reading every value. */
function envelopeOf(rows: storage.MetricRow[], every: number): storage.MetricRow[] {
  const exactFrom = Math.floor(Math.max(...rows.map(({ step }) => step)) / every) * every
  const groups = new Map<string, storage.MetricRow[]>()
  for (const each of rows.filter(({ step, value }) => step < exactFrom && Number.isFinite(value))) {
    const name = `${String(Math.floor(each.step / every)).padStart(5, '0')} ${each.key}`
    groups.set(name, [...(groups.get(name) ?? []), each])
  }
  const ends = [...groups].sort().flatMap(([, group]) => {
    const [first, last] = [group[0]!, group.at(-1)!]
    const values = group.map(({ value }) => value)
    const low = { ...first, value: Math.min(...values) }
    return first === last ? [low] : [low, { ...last, value: Math.max(...values) }]
  })
  return [...ends, ...rows.filter(({ step }) => step >= exactFrom)]
}

/** The steps of SQLite's plans for all statements that `work` prepares. */
function plansOf(db: Db, work: () => void): string[] {
  const statements = new Set<string>()
  const prepare = db.prepare.bind(db)
  Object.assign(db, {
    prepare: (sql: string) => {
      statements.add(sql)
      return prepare(sql)
    },
  })
  work()
  Object.assign(db, { prepare })
  return [...statements].flatMap((sql) => {
    const names = [...new Set(sql.match(/(?<=@)\w+/g) ?? [])]
    const values = names.length > 0 ? [Object.fromEntries(names.map((name) => [name, null]))] : []
    const unnamed = Array.from(sql.matchAll(/\?/g), () => null)
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, ...unnamed) as { detail: string }[]
    return plan.map(({ detail }) => detail)
  })
}

test('overview, queue, states, run list and curves read no text of every item and no metric of every step', async () => {
  const { db } = await newProject()
  storage.addItems(db, [newItem(1), newItem(2)])
  storage.saveAnnotation(db, edit(newItem(1), 'e'))
  const run = storage.createRun(db, someRun)
  for (let step = 0; step < 200; step++) storage.addMetrics(db, run.id, step, { a: step })
  const page = (more: Partial<TableQuery>) =>
    tablePage(db, { query: { ...everyItem, ...more }, ratioOf: editRatioOf, offset: 0, limit: 50 })
  const plans = plansOf(db, () => {
    storage.countWork(db)
    for (const states of [[null, 'draft'], ['flagged']] as const)
      storage.annotatorQueue(db, 'ann', states, { split: 'train', dataset: null })
    for (const state of ['none', 'done', null] as const) page({ state })
    page({ split: 'heldout', annotator: 'ann', sort: 'state' })
    storage.newestMetrics(db, run.id)
    storage.greatestMetric(db, run.id, 'a')
  })
  assert.ok(plans.some((step) => /SCAN (facts|item_facts)/.test(step)))
  const slow = plans.filter((step) => /SCAN (items|annotations|metrics)\b/.test(step))
  assert.deepEqual(slow, [])
})
