import assert from 'node:assert/strict'
import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { createEvaluation, createProject, finishEvaluation } from '../../../electron/storage/index.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const names = async () => (await host.projects.recent({})).map(({ name }) => name)

test('a new project is created in the given folder or among the projects, and an existing one is not overwritten', async () => {
  assert.deepEqual(await host.projects.recent({}), [])
  const { projectsFolder } = await host.machine.now({})
  const first = await host.projects.create({ name: 'first' })
  assert.equal(first.folder, path.join(projectsFolder, 'first.stet'))
  assert.deepEqual([first.name, first.items, first.readOnly], ['first', 0, null])
  const other = path.join(folder, 'elsewhere')
  const second = await host.projects.create({ name: 'second', folder: other })
  assert.equal(second.folder, path.join(other, 'second.stet'))
  assert.deepEqual(await names(), ['second', 'first'])
  await assert.rejects(host.projects.create({ name: 'first' }), {
    code: 'conflict',
    message: /first\.stet already exists and is not empty/,
  })
  await assert.rejects(host.projects.create({ name: '  ' }), { code: 'bad_input' })
  assert.equal((await host.projects.overview({ project: first.folder })).name, 'first')
})

test('recent projects are listed newest first, and removing one keeps its folder', async () => {
  const [newest, older] = (await host.projects.recent({})).map((card) => card.folder) as [string, string]
  await host.projects.open({ project: older })
  assert.deepEqual(await names(), ['first', 'second'])
  const left = await host.projects.forget({ project: older })
  assert.deepEqual(
    left.map((card) => [card.folder, card.exists]),
    [[newest, true]],
  )
  assert.equal((await host.projects.open({ project: older })).name, 'first')
  assert.deepEqual(await names(), ['first', 'second'])
})

test('an overview counts items, annotations by state, runs, models and evaluations', async () => {
  const { folder: project } = await host.projects.create({ name: 'counted' })
  const file = path.join(folder, 'pairs.jsonl')
  const rows = Array.from({ length: 20 }, (_, i) => ({ prompt: `Why ${i}?`, rejected: `So ${i}.` }))
  writeRows(file, [...rows, { prompt: 'Only chosen?', chosen: 'Yes.' }])
  for await (const _ of await host.verbs.import({ project, files: [file] }));
  const { ids } = await host.annotate.queue({ project, annotator: 'ann' })
  for (const [i, state] of (['done', 'done', 'skipped', 'flagged', 'draft'] as const).entries()) {
    const annotation = {
      itemId: ids[i]!,
      annotator: i === 0 ? 'bob' : 'ann',
      state,
      edited: 'x',
      operations: [],
      elapsedMs: 0,
      provenance: 'human' as const,
      createdAt: null,
    }
    await host.annotate.save({ project, annotation })
  }
  // The second edit of an item is a revision, no further work.
  const again = {
    itemId: ids[1]!,
    annotator: 'ann',
    state: 'done' as const,
    edited: 'y',
    operations: [],
    elapsedMs: 0,
    provenance: 'human' as const,
    createdAt: null,
  }
  await host.annotate.save({ project, annotation: again })
  // Someone else's edit of the same item is further work, on no further item.
  await host.annotate.save({ project, annotation: { ...again, annotator: 'bob' } })
  const overview = await host.projects.overview({ project })
  assert.deepEqual([overview.items, overview.editable], [21, 20])
  assert.deepEqual([overview.edited, overview.settled], [2, 3])
  assert.deepEqual(overview.annotations, { draft: 1, done: 3, skipped: 1, flagged: 1 })
  assert.deepEqual(overview.annotators, ['ann', 'bob'])
  assert.deepEqual(
    overview.datasets.map(({ name, items }) => [name, items]),
    [['pairs.jsonl', 21]],
  )
  assert.deepEqual([overview.runs, overview.models, overview.evaluations], [0, 0, 0])
  const [card] = await host.projects.recent({})
  assert.deepEqual(
    [card!.name, card!.summary],
    [
      'counted',
      {
        items: 21,
        edited: 2,
        runs: 0,
        evaluations: 0,
        left: 17,
        stages: ['data', 'edits'],
        bestWinRate: null,
      },
    ],
  )
  assert.ok(overview.heldout >= 0 && overview.heldout < 21)
})

test('the sample project has demonstrations and pairs with finished edits; a second one gets another name', async () => {
  const sample = await host.projects.createSample({})
  assert.deepEqual([sample.name, sample.items, sample.editable], ['sample', 4400, 400])
  assert.equal(sample.annotations.done, 400)
  assert.ok(sample.heldout > 0)
  const another = await host.projects.createSample({})
  assert.equal(path.basename(another.folder), 'sample-2.stet')
  assert.equal(another.items, 4400)
})

test('a missing project is marked in the list; a folder that is missing or not a project is refused in a sentence', async () => {
  const { folder: project } = await host.projects.create({ name: 'moved' })
  renameSync(project, `${project}.away`)
  const card = (await host.projects.recent({})).find(({ name }) => name === 'moved')
  assert.equal(card?.exists, false)
  const empty = path.join(folder, 'empty')
  mkdirSync(empty)
  for (const missing of [empty, path.join(folder, 'never')])
    await assert.rejects(host.projects.open({ project: missing }), {
      code: 'not_found',
      message: /is not a Stet project \(no lab\.db\)/,
    })
  assert.ok(!(await names()).includes('empty'), 'what did not open is not remembered')
})

test('opening a project twice gives the same one; a project open in another process is refused with that process', async () => {
  const { folder: project } = await host.projects.create({ name: 'twice' })
  const both = await Promise.all([
    host.projects.open({ project }),
    host.projects.open({ project: `${project}${path.sep}.` }),
  ])
  assert.deepEqual(both[0], both[1])
  assert.equal((await names()).filter((name) => name === 'twice').length, 1)
  const other = path.join(folder, 'taken.stet')
  const holder = await createProject(other, 'taken')
  await assert.rejects(host.projects.open({ project: other }), {
    code: 'conflict',
    message: /taken\.stet has been open in this process since .*Close it there/,
  })
  holder.close()
  assert.equal((await host.projects.open({ project: other })).name, 'taken')
})

test('a card says how far a project has got, how much it takes, and when it was changed; renaming keeps the folder', async () => {
  const { folder: project } = await host.projects.create({ name: 'far' })
  const items = [
    { prompt: 'p', rejected: 'one two', edited: 'one' },
    { prompt: 'q', rejected: 'three' },
  ]
  const file = path.join(folder, 'far.jsonl')
  writeRows(file, items)
  for await (const _ of await host.verbs.import({ project, files: [file] }));
  await host.projects.overview({ project })
  const card = async () => (await host.projects.recent({})).find((each) => each.folder === project)!
  const { summary, changedAt } = await card()
  assert.deepEqual([summary?.stages, summary?.left, summary?.bestWinRate], [['data', 'edits'], 1, null])
  assert.ok(Date.now() - Date.parse(changedAt ?? '') < 60_000)
  assert.ok((await host.projects.size({ project })).bytes > 10_000)
  const renamed = await host.projects.rename({ project, name: 'Clinic letters' })
  assert.deepEqual([renamed.name, renamed.folder], ['Clinic letters', project])
  assert.equal((await card()).name, 'Clinic letters')
  await assert.rejects(host.projects.rename({ project, name: ' ' }), { code: 'bad_input' })
})

test('the best win rate of a card is of a judge of quality, not of a check on length', async () => {
  const made = path.join(folder, 'judged.stet')
  const { db, close: leave } = await createProject(made, 'judged')
  for (const [judge, winRate] of [
    [{ kind: 'length', prefer: 'shorter' }, 90],
    [{ kind: 'world' }, 60],
    ['Nova', 55],
  ] as const) {
    const { id } = createEvaluation(db, {
      kind: 'win-rate',
      name: 'a against b',
      runId: null,
      config: { judge },
    })
    finishEvaluation(db, id, { winRate })
  }
  leave()
  await host.projects.open({ project: made })
  const { summary } = (await host.projects.recent({})).find((card) => card.folder === made)!
  assert.deepEqual([summary?.stages, summary?.bestWinRate], [['judged'], 60])
})
