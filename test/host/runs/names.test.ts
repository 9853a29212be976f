/** Names of runs and models: an exact name wins over the start of an id, and a model may not be named like a preset. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { type JobEvent, silentHooks } from '../../../electron/contract/events.ts'
import { runName } from '../../../electron/contract/options.ts'
import { describeVerb, type VerbInput } from '../../../electron/contract/verbs.ts'
import type { Lab } from '../../../electron/host/context.ts'
import { findRun, type StartRun } from '../../../electron/host/runs/run.ts'
import { planRun, train } from '../../../electron/host/train/train.ts'
import { addItems, addModel, createRun } from '../../../electron/storage/index.ts'
import { newItem, newProject, someRun } from '../../storage/scratch.ts'
import { openClient, resultOf } from '../client.ts'

const { host, close } = openClient()
after(close)

test('a name or an id wins over the start of another id', async () => {
  const project = await newProject()
  const ids = Array.from({ length: 40 }, () => createRun(project.db, someRun).id)
  const starts = ids.map((id) => id.slice('run_'.length, 'run_'.length + 1))
  const shared = starts.find((start) => starts.filter((each) => each === start).length > 1)!
  assert.throws(() => findRun(project, shared), { code: 'bad_input', message: /Several runs .* Give more/ })
  const named = createRun(project.db, { ...someRun, name: shared })
  assert.equal(findRun(project, shared).id, named.id)
  const likeAnId = createRun(project.db, { ...someRun, name: ids[0]! })
  assert.equal(findRun(project, ids[0]!).id, ids[0], 'an id comes before a name')
  assert.equal(findRun(project, likeAnId.id.slice(0, -1)).id, likeAnId.id)
  assert.equal(findRun(project, likeAnId.id.slice(4)).id, likeAnId.id)
  assert.throws(() => findRun(project, 'nothing'), { code: 'not_found' })
})

test('of several runs with the same name the newest is found', async () => {
  const project = await newProject()
  createRun(project.db, { ...someRun, name: '9' })
  const newest = createRun(project.db, { ...someRun, name: '9' })
  assert.equal(findRun(project, '9').id, newest.id)
})

test('names that options read as something else are refused', async () => {
  for (const name of ['tiny', 'world', 'none'])
    assert.match(runName.safeParse(name).error?.issues[0]?.message ?? '', new RegExp(`"${name}"`))
  for (const name of ['tiny-2', 'worlds', 'Tiny']) assert.ok(runName.safeParse(name).success, name)
  const { folder: project } = await host.projects.create({ name: 'reserved' })
  const model = path.resolve(import.meta.dirname, '../../golden/llama-tied')
  await assert.rejects(host.models.importModel({ project, path: model, name: ' tiny' }), {
    code: 'bad_input',
  })
  await assert.rejects(
    async () => resultOf(await host.verbs['train sft']({ project, model, name: 'world' })),
    {
      code: 'bad_input',
    },
  )
})

test('a model that an earlier version named like a preset is what a run starts from, and a note says so', async () => {
  const project = await newProject()
  const items = Array.from({ length: 12 }, (_, i) => newItem(i, { chosen: `answer ${i}` }))
  addItems(project.db, items)
  const input = (model: string) => describeVerb('train sft').input.parse({ project: project.folder, model })
  const refOf = (model: string) => planRun(project, 'sft', input(model) as VerbInput<'train sft'>).job.model
  assert.equal((refOf('tiny') as { preset?: string }).preset, 'tiny')
  const stored = { hashes: {}, runId: null, kind: 'language' as const }
  addModel(project.db, { ...stored, name: 'tiny', path: 'checkpoints/old/model' })
  assert.deepEqual(refOf('tiny'), { path: path.join(project.folder, 'checkpoints/old/model') })
  assert.equal((refOf('world') as { preset?: string }).preset, 'world')

  const notes: string[] = []
  const lab = { openProject: async () => project } as unknown as Lab
  const hooks = {
    ...silentHooks(),
    emit: (event: JobEvent) => event.type === 'note' && notes.push(event.sentence),
  }
  const start: StartRun = async () => assert.fail('not started')
  for (const model of ['tiny', 'world'])
    await assert.rejects(
      train(lab, { kind: 'sft', input: input(model) as VerbInput<'train sft'>, start }, hooks),
    )
  assert.deepEqual(notes, ['Starting from this project\'s model "tiny", not from the preset of that name.'])
})
