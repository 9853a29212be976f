import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../../electron/contract/json.ts'
import * as storage from '../../electron/storage/index.ts'
import { allSamples } from './all-samples.ts'
import { edit, newItem, newProject, someRun } from './scratch.ts'

const { db } = await newProject()
const oddText = fc.string({ unit: 'binary', maxLength: 20 })

test('items are read exactly as they were stored, with any Unicode', () => {
  const content = fc.record({
    sourceId: fc.option(oddText),
    source: oddText,
    prompt: fc.array(fc.record({ role: fc.constant('user' as const), content: oddText }), { minLength: 1 }),
    context: oddText,
    chosen: fc.option(oddText),
    rejected: fc.option(oddText),
    metadata: fc.dictionary(oddText, fc.jsonValue({ stringUnit: 'binary' })) as fc.Arbitrary<JsonObject>,
  })
  fc.assert(
    fc.property(content, (fields) => {
      const item = newItem(0, fields)
      storage.addItems(db, [item])
      assert.equal(JSON.stringify(storage.getItem(db, item.id)), JSON.stringify(item))
    }),
  )
})

test('half a surrogate pair and numbers that are not finite are refused by name, and nothing is stored', () => {
  const before = storage.countItems(db)
  const half = '\ud83d'
  const good = newItem(100)
  const cases: [fields: Partial<typeof good>, message: RegExp][] = [
    [{ chosen: half }, /The chosen response contains half a surrogate pair/],
    [{ context: half }, /The context/],
    [{ sourceId: half }, /The source id/],
    [{ prompt: [{ role: 'user', content: half }] }, /The prompt cannot be stored: the text at \[0\].content/],
    [{ metadata: { a: { [half]: 1 } } }, /The metadata cannot be stored: a key at a/],
    [{ metadata: { a: Number.NaN } }, /the number at a is not finite/],
  ]
  for (const [fields, message] of cases) {
    assert.throws(() => storage.addItems(db, [good, newItem(101, fields)]), { name: 'UserError', message })
  }
  assert.equal(storage.countItems(db), before)
  storage.addItems(db, [good])
  const message = /The edited response contains half/
  assert.throws(() => storage.saveAnnotation(db, edit(good, half)), { name: 'UserError', message })
})

test('the same item is stored once', () => {
  const item = newItem(200)
  assert.equal(storage.addItems(db, [item, item]), 1)
  assert.equal(storage.addItems(db, [item]), 0)
})

test('items are read in the order in which they were stored, over many pages too', async () => {
  const project = await newProject()
  const items = Array.from({ length: 1203 }, (_, n) => newItem(n))
  storage.addItems(project.db, items)
  const ids = [...storage.iterateItems(project.db)].map(({ id }) => id)
  assert.deepEqual(
    ids,
    items.map(({ id }) => id),
  )
})

test('items can be stored while others are being read', async () => {
  const project = await newProject()
  storage.addItems(project.db, [newItem(1), newItem(2)])
  for (const item of storage.iterateItems(project.db)) storage.saveAnnotation(project.db, edit(item, 'e'))
  assert.equal([...storage.iterateEditedPairs(project.db)].length, 2)
})

test('annotations are appended as revisions per annotator and never changed', () => {
  const item = newItem(300)
  storage.addItems(db, [item])
  const operations = [{ at: 0, removed: 'r', inserted: '😀', elapsedMs: 1.5 }]
  const first = storage.saveAnnotation(db, edit(item, 'one', { state: 'draft', operations }))
  const second = storage.saveAnnotation(db, edit(item, 'two\0\r\n\ufeff'))
  const other = storage.saveAnnotation(db, edit(item, 'three', { annotator: 'bob' }))
  assert.deepEqual([first.revision, second.revision, other.revision], [1, 2, 1])
  assert.deepEqual(storage.listAnnotations(db, item.id), [first, second, other])
  assert.deepEqual(storage.latestAnnotation(db, item.id, 'ann'), second)
  assert.equal(storage.latestAnnotation(db, item.id, 'carol'), null)
  assert.throws(() => db.exec("UPDATE annotations SET edited = 'x'"), /never changed/)
  assert.throws(() => db.exec('DELETE FROM annotations'), /never deleted/)
  assert.throws(() => storage.saveAnnotation(db, edit(newItem(301), 'x')), {
    name: 'UserError',
    code: 'not_found',
  })
})

test('edited pairs are the latest revisions, if they are done', async () => {
  const project = await newProject()
  const items = [1, 2, 3, 4].map((n) => newItem(n))
  storage.addItems(project.db, [...items, newItem(5, { rejected: null, chosen: 'demonstration' })])
  const [a, b, c] = items as [(typeof items)[0], (typeof items)[0], (typeof items)[0]]
  storage.saveAnnotation(project.db, edit(a, 'old'))
  storage.saveAnnotation(project.db, edit(a, 'new'))
  storage.saveAnnotation(project.db, edit(a, 'also', { annotator: 'bob' }))
  storage.saveAnnotation(project.db, edit(b, 'was done'))
  storage.saveAnnotation(project.db, edit(b, 'is draft', { state: 'draft' }))
  storage.saveAnnotation(project.db, edit(c, 'skipped', { state: 'skipped' }))
  const pairs = [...storage.iterateEditedPairs(project.db)]
  assert.deepEqual(
    pairs.map(({ item, rejected, edited }) => [item.id, rejected, edited]),
    [
      [a.id, 'r1', 'new'],
      [a.id, 'r1', 'also'],
    ],
  )
})

test('all items of a document, by its name, else context, else prompt, are on the same side', () => {
  const point = (fields: object) => storage.splitPoint(newItem(0, fields))
  assert.equal(
    point({ metadata: { document: 'd' }, context: 'x' }),
    point({ metadata: { document: 'd' }, context: 'y' }),
  )
  assert.equal(
    point({ context: 'x', rejected: 'a' }),
    point({ context: 'x', rejected: 'b', prompt: newItem(1).prompt }),
  )
  assert.equal(point({ rejected: 'a' }), point({ rejected: 'b' }))
  assert.notEqual(point({ context: 'x' }), point({ context: 'y' }))
  for (const document of ['', ' \t\n'])
    assert.equal(point({ metadata: { document }, context: 'x' }), point({ context: 'x' }), 'a blank name')
  assert.equal(point({ context: '  ' }), point({}), 'a blank context')
})

test('the held-out share is met, and a larger share includes a smaller one', async () => {
  const project = await newProject()
  storage.addItems(
    project.db,
    Array.from({ length: 4000 }, (_, n) => newItem(n)),
  )
  const ids = (heldoutShare: number, split: storage.Split) =>
    [...storage.iterateItems(project.db, { split, heldoutShare })].map(({ id }) => id)
  const small = ids(0.1, 'heldout')
  assert.ok(Math.abs(small.length - 400) < 4 * Math.sqrt(4000 * 0.1 * 0.9), `${small.length} of 4000`)
  const large = new Set(ids(0.3, 'heldout'))
  assert.ok(small.every((id) => large.has(id)))
  assert.equal(ids(0.1, 'train').length + small.length, 4000)
  assert.deepEqual(ids(0, 'heldout'), [])
  assert.equal(storage.countItems(project.db, { split: 'heldout' }), small.length)
})

test('runs change between states only as allowed', () => {
  const parent = storage.createRun(db, someRun)
  const run = storage.createRun(db, { ...someRun, parentId: parent.id })
  assert.match(run.id, /^run_[0-9a-f]{16}$/)
  assert.equal(run.state, 'queued')
  assert.deepEqual(run.config, someRun.config)
  assert.equal(run.parentId, parent.id)
  storage.setRunState(db, run.id, 'running')
  storage.setRunState(db, run.id, 'failed', { error: 'The KL was above its limit.' })
  assert.equal(storage.getRun(db, run.id).error, 'The KL was above its limit.')
  storage.setRunState(db, run.id, 'running')
  const done = storage.setRunState(db, run.id, 'done', { result: { step: 3 } })
  assert.deepEqual([done.error, done.result], [null, { step: 3 }])
  assert.throws(() => storage.setRunState(db, run.id, 'running'), {
    name: 'UserError',
    code: 'conflict',
    message: /is done and cannot become running/,
  })
  assert.throws(() => storage.getRun(db, 'run_x'), { name: 'UserError', code: 'not_found' })
  assert.deepEqual(
    storage.listRuns(db).map(({ id }) => id),
    [parent.id, run.id],
  )
})

test('a run is read as the first version wrote it, and a record that cannot be understood is named', () => {
  const { id } = storage.createRun(db, someRun)
  const store = (column: 'kind' | 'config', value: string) =>
    db.prepare(`UPDATE runs SET ${column} = ? WHERE id = ?`).run(value, id)
  const first = {
    job: { kind: 'ppo', policy: 'base', config: { seed: 1 } },
    modelName: 'aligned',
    choice: { datasets: [], heldout: 0.1, heldoutLimit: 512 },
  }
  store('config', JSON.stringify(first))
  assert.deepEqual(storage.getRun(db, id).config, first)
  store('config', JSON.stringify({ ...first, job: { kind: 'ppo' } }))
  const message = (key: RegExp) => ({
    name: 'UserError',
    code: 'bad_input',
    message: new RegExp(`^The record of run ${id} cannot be read: ${key.source}: .*Update Stet`),
  })
  assert.throws(() => storage.getRun(db, id), message(/config\.job\.config/))
  store('config', JSON.stringify(first))
  store('kind', 'kto')
  assert.throws(() => storage.listRuns(db), message(/kind/))
  store('kind', 'ppo')
  assert.equal(storage.listRuns(db).at(-1)?.id, id)
})

test('metrics are read as they were stored, finite or not, and can be deleted after a step', () => {
  const { id } = storage.createRun(db, someRun)
  const values = { a: 0.1 + 0.2, b: Number.NaN, c: Infinity, d: -Infinity, e: 5e-324, f: Number.MAX_VALUE }
  storage.addMetrics(db, id, 1, values)
  storage.addMetrics(db, id, 2, { a: 1 })
  storage.addMetrics(db, id, 2, { a: 2, b: 3 })
  const rows = storage.readMetrics(db, id)
  const first = rows.filter(({ step }) => step === 1)
  assert.deepEqual(Object.fromEntries(first.map(({ key, value }) => [key, value])), values)
  assert.deepEqual(storage.readMetrics(db, id, 1), [
    { step: 2, key: 'a', value: 2 },
    { step: 2, key: 'b', value: 3 },
  ])
  storage.deleteMetricsAfter(db, id, 1)
  assert.deepEqual(storage.readMetrics(db, id), first)
  assert.throws(() => storage.addMetrics(db, 'run_x', 1, { a: 1 }), /FOREIGN KEY/)
})

test('samples are stored by run and step', () => {
  const { id } = storage.createRun(db, someRun)
  storage.addSamples(db, id, 1, [{ response: 'a\0b' }, 'plain'])
  storage.addSamples(db, id, 5, [null])
  assert.deepEqual(allSamples(db, id), [
    { step: 1, data: { response: 'a\0b' } },
    { step: 1, data: 'plain' },
    { step: 5, data: null },
  ])
  storage.deleteSamplesAfter(db, id, 1)
  assert.equal(allSamples(db, id).length, 2)
})

test('a branch starts with exactly the metrics, samples, times and marks of its parent up to a step', () => {
  const parent = storage.createRun(db, someRun).id
  for (const step of [1, 2, 3]) {
    storage.addMetrics(db, parent, step, { kl: step, broken: Number.NaN })
    storage.addStepTime(db, parent, step, step / 2)
    storage.addSamples(db, parent, step, [{ step }, { step, second: true }])
    storage.addMark(db, parent, { step, kind: 'tripwire', sentence: `KL passed ${step}.` })
  }
  const branch = storage.createRun(db, someRun).id
  storage.copyHistory(db, { from: parent, to: branch, step: 2 })
  const upTo2 = <Row extends { step: number }>(rows: Row[]) => rows.filter(({ step }) => step <= 2)
  assert.deepEqual(storage.readMetrics(db, branch), upTo2(storage.readMetrics(db, parent)))
  assert.deepEqual(allSamples(db, branch), upTo2(allSamples(db, parent)))
  assert.deepEqual(storage.listMarks(db, branch), upTo2(storage.listMarks(db, parent)))
  assert.deepEqual(storage.stepTimes(db, branch), [
    { step: 1, seconds: 0.5 },
    { step: 2, seconds: 1 },
  ])
  storage.addStepTime(db, branch, 2, 7)
  storage.deleteStepTimesAfter(db, parent, 1)
  assert.deepEqual(
    [storage.stepTimes(db, branch, 1)[0]?.seconds, storage.stepTimes(db, parent).length],
    [7, 1],
  )
  assert.throws(() => storage.addMark(db, branch, { step: 1, kind: 'paused', sentence: '\ud83d' }), {
    code: 'bad_input',
  })
})

test('charts of a long run get the least and greatest values per group of steps, and its newest steps one by one', () => {
  const { id } = storage.createRun(db, someRun)
  const noise = (step: number) => ((step * 7919) % 101) + (step === 137 ? 1000 : 0)
  for (let step = 1; step <= 205; step++) {
    storage.addMetrics(db, id, step, { kl: noise(step), ...(step % 50 === 0 ? { rare: step } : {}) })
    storage.addStepTime(db, id, step, step)
  }
  const rows = storage.metricEnvelope(db, id, { afterStep: -1, every: 10 })
  const kl = rows.filter(({ key }) => key === 'kl')
  assert.ok(kl.every(({ step }, i) => i === 0 || step > kl[i - 1]!.step))
  for (let from = 0; from < 200; from += 10) {
    const within = Array.from({ length: 10 }, (_, i) => from + i)
      .filter((step) => step > 0)
      .map(noise)
    const drawn = kl.filter(({ step }) => step >= from && step < from + 10).map(({ value }) => value)
    assert.deepEqual(drawn, [Math.min(...within), Math.max(...within)])
  }
  assert.ok(
    kl.some(({ value }) => value > 1000),
    'a single spike is seen',
  )
  assert.deepEqual(
    kl.slice(-6).map(({ step, value }) => [step, value]),
    [200, 201, 202, 203, 204, 205].map((step) => [step, noise(step)]),
  )
  assert.deepEqual(
    rows.filter(({ key }) => key === 'rare').map(({ step, value }) => [step, value]),
    [50, 100, 150, 200].map((step) => [step, step]),
  )
  const times = storage.groupedStepTimes(db, id, { afterStep: -1, every: 10 })
  assert.deepEqual(times[1], { step: 19, seconds: 145 })
  assert.equal(
    times.reduce((sum, { seconds }) => sum + seconds, 0),
    (205 * 206) / 2,
  )
})

test('models, evaluations and judgements are read as they were stored', () => {
  const run = storage.createRun(db, someRun)
  const model = {
    name: 'm',
    kind: 'reward' as const,
    path: 'runs/x/model',
    hashes: { a: 'b' },
    runId: run.id,
  }
  const { id, ...stored } = storage.addModel(db, model)
  assert.deepEqual(storage.listModels(db).at(-1), { id, ...stored })

  const evaluation = storage.createEvaluation(db, {
    kind: 'win-rate',
    name: 'e',
    runId: null,
    config: { n: 2 },
  })
  assert.equal(evaluation.result, null)
  const judgement = {
    pairId: 'p',
    judge: 'length',
    swapped: true,
    preference: 0.5,
    elapsedMs: 0.25,
    rawReply: 'tie',
  }
  const second = { ...judgement, swapped: false, reason: 'it is shorter' }
  storage.addJudgements(db, evaluation.id, [judgement, second])
  assert.deepEqual(storage.listJudgements(db, evaluation.id), [judgement, second])
  assert.deepEqual(storage.finishEvaluation(db, evaluation.id, { winRate: 50 }).result, { winRate: 50 })
  assert.equal(storage.listEvaluations(db).length, 1)
  assert.throws(() => storage.finishEvaluation(db, 'evaluation_x', null), {
    name: 'UserError',
    code: 'not_found',
  })
})

test('a full disk is reported, and what was saved before is kept', async () => {
  const project = await newProject()
  const item = newItem(1)
  storage.addItems(project.db, [item])
  storage.saveAnnotation(project.db, edit(item, 'saved'))
  const pages = project.db.pragma('page_count', { simple: true }) as number
  project.db.pragma(`max_page_count = ${pages}`)
  assert.throws(() => storage.saveAnnotation(project.db, edit(item, 'x'.repeat(100_000))), {
    name: 'UserError',
    code: 'out_of_space',
    message: /lab\.db could not be written: the disk is full/,
  })
  assert.equal(storage.latestAnnotation(project.db, item.id, 'ann')!.edited, 'saved')
  project.db.pragma(`max_page_count = ${pages + 100}`)
  storage.saveAnnotation(project.db, edit(item, 'x'.repeat(100_000)))
})
