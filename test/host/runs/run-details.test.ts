/** Runs are named, annotated, stopped and removed; their models stay. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { addMark } from '../../../electron/storage/index.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, lab, close } = openClient()
after(close)

const file = path.join(folder, 'demos.jsonl')
writeRows(
  file,
  Array.from({ length: 30 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` })),
)
const { folder: project } = await host.projects.create({ name: 'details' })
await ended((await host.work.start({ verb: 'import', input: { project, files: [file] } })).id)

async function ended(id: string) {
  for await (const _ of await host.work.watch({ id }));
  return host.work.get({ id })
}

const train = (name: string, epochs: number) =>
  host.work.start({ verb: 'train sft', input: { project, model: 'world', name, config: { epochs } } })

const listed = async (name: string) => (await host.runs.list({ project })).find((run) => run.name === name)

test('a run has a name, a note and tags, and is found by its new name', async () => {
  const { run } = await ended((await train('first', 1)).id)
  await host.runs.change({ project, run: run!, note: 'too few steps' })
  await host.runs.change({ project, run: run!, name: 'renamed', tags: ['baseline', 'short'] })
  const found = await listed('renamed')
  assert.deepEqual([found?.note, found?.tags], ['too few steps', ['baseline', 'short']])
  assert.ok(found!.seconds > 0)
  const { record, heldout } = await host.runs.series({ project, run: 'renamed' })
  assert.equal(record.id, run)
  assert.ok(heldout > 0 && heldout < 30)
  await assert.rejects(host.runs.change({ project, run: run!, name: ' ' }), { code: 'bad_input' })
})

test('a run that paused itself says so until someone looks at it', async () => {
  const { id } = await train('paused', 5000)
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  await host.work.stop({ id })
  const { run } = await ended(id)
  assert.equal((await listed('paused'))?.alert, null, 'nothing to say about a pause by the user')
  const { db } = await lab.openProject(project)
  addMark(db, run!, { step: 2, kind: 'tripwire', sentence: 'KL passed 6.' })
  assert.equal((await listed('paused'))?.alert?.sentence, 'KL passed 6.')
  await host.runs.see({ project, run: run! })
  assert.equal((await listed('paused'))?.alert, null)
})

test('stopping ends a run that trains, or one that is paused', async () => {
  const { id } = await train('stopped', 5000)
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  assert.equal((await host.runs.stop({ project, run: 'stopped' })).state, 'cancelled')
  assert.equal((await host.work.get({ id })).state, 'stopped')
  assert.equal((await host.runs.stop({ project, run: 'paused' })).state, 'cancelled')
})

test('removing takes curves and checkpoints, keeps models, and refuses a run that trains', async () => {
  const run = (await listed('renamed'))!.id
  const before = await host.runs.removal({ project, runs: [run, 'stopped'] })
  assert.ok(before.bytes > 0 && before.checkpoints > 0)
  assert.deepEqual(before.models, ['first'])
  const { id } = await train('busy', 5000)
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  await assert.rejects(host.runs.remove({ project, runs: [run, 'busy'] }), { code: 'conflict' })
  assert.ok(await listed('renamed'), 'none was removed')
  await host.runs.remove({ project, runs: [run, 'stopped'] })
  await host.runs.stop({ project, run: 'busy' })
  assert.deepEqual((await host.runs.list({ project })).map(({ name }) => name).sort(), ['busy', 'paused'])
  const [model] = await host.models.list({ project })
  assert.equal(model?.name, 'first')
  const runFolder = path.join(project, 'checkpoints', run)
  assert.ok(existsSync(path.join(runFolder, 'model')), 'the model is on disk')
  assert.ok(!existsSync(path.join(runFolder, 'input.jsonl')), 'the rest is not')
  await ended((await train('second', 1)).id)
})
