/** A project that is moved, deleted or replaced while it is open: nothing is reported as saved that is not at its path. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { listAnnotations, openProject } from '../../electron/storage/index.ts'
import { openClient } from '../host/client.ts'
import { writeRows } from '../host/entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

/** A project in the host, and its items' ids. */
async function projectOf(name: string): Promise<{ project: string; ids: string[] }> {
  const { folder: project } = await host.projects.create({ name })
  const rows = Array.from({ length: 3 }, (_, n) => ({ prompt: `Question ${n}?`, rejected: `Answer ${n}.` }))
  const file = writeRows(path.join(folder, 'rows.jsonl'), rows)
  for await (const _ of await host.verbs.import({ project, files: [file] }));
  return { project, ids: (await host.annotate.queue({ project, annotator: 'me' })).ids }
}

const save = (project: string, itemId: string, edited: string) =>
  host.annotate.save({
    project,
    annotation: {
      itemId,
      annotator: 'me',
      edited,
      state: 'done',
      operations: [],
      elapsedMs: 1,
      provenance: 'human',
      createdAt: null,
    },
  })

/** What another process finds at a path. */
async function textsIn(project: string, id: string): Promise<string[]> {
  const { db, close } = await openProject(project)
  const texts = listAnnotations(db, id).map(({ edited }) => edited)
  close()
  return texts
}

const isMissing = {
  code: 'unavailable',
  message: /moved\.stet was moved, renamed or deleted while it was open/,
}

test('a save into a folder that was moved is refused, and made once the folder is back', async () => {
  const { project, ids } = await projectOf('moved')
  await save(project, ids[0]!, 'before')
  const elsewhere = `${project}-elsewhere`
  renameSync(project, elsewhere)
  await assert.rejects(save(project, ids[0]!, 'lost?'), isMissing)
  await assert.rejects(
    host.annotate.note({ project, annotator: 'me', id: ids[0]!, text: 'lost?' }),
    isMissing,
  )
  assert.equal(existsSync(project), false)
  renameSync(elsewhere, project)
  await save(project, ids[0]!, 'after')
  const { annotations } = await host.data.get({ project, id: ids[0]! })
  assert.deepEqual(
    annotations.map(({ edited }) => edited),
    ['before', 'after'],
  )
})

test('a project that was moved is opened where it is now, with all that was saved', async () => {
  const { project, ids } = await projectOf('wanders')
  await save(project, ids[0]!, 'before')
  const elsewhere = `${project}-elsewhere`
  renameSync(project, elsewhere)
  await host.projects.open({ project: elsewhere })
  await save(elsewhere, ids[0]!, 'there')
  const { annotations } = await host.data.get({ project: elsewhere, id: ids[0]! })
  assert.deepEqual(
    annotations.map(({ edited }) => edited),
    ['before', 'there'],
  )
  await assert.rejects(save(project, ids[0]!, 'lost?'), { code: 'not_found' })
})

test('a save into a deleted project is refused', async () => {
  const { project, ids } = await projectOf('deleted')
  rmSync(project, { recursive: true })
  await assert.rejects(save(project, ids[0]!, 'lost?'), {
    code: 'unavailable',
    message: /deleted while it was/,
  })
})

test('nothing is saved to a project that another has replaced, until the user opens that one', async () => {
  const { project, ids } = await projectOf('replaced')
  const copy = `${project}-copy`
  await save(project, ids[0]!, 'before')
  renameSync(project, `${project}-former`)
  mkdirSync(copy)
  // A copy of the state on the disk, as a program that keeps folders in step makes it.
  for (const name of ['lab.db', 'lab.db-wal'])
    cpSync(path.join(`${project}-former`, name), path.join(copy, name))
  renameSync(copy, project)
  const isReplaced = { code: 'unavailable', message: /replaced\.stet was replaced while it was open/ }
  await assert.rejects(save(project, ids[0]!, 'lost?'), isReplaced)
  await assert.rejects(host.data.get({ project, id: ids[0]! }), isReplaced)
  const out = path.join(folder, 'replaced.jsonl')
  const exported = async () => {
    for await (const _ of await host.verbs.export({ project, out }));
  }
  await assert.rejects(exported, isReplaced)
  await host.projects.open({ project })
  await save(project, ids[0]!, 'after')
  await close()
  assert.deepEqual(await textsIn(project, ids[0]!), ['before', 'after'])
  assert.deepEqual(await textsIn(`${project}-former`, ids[0]!), ['before'])
})

test('a save whose log was deleted under it is refused, and what was saved before is kept', async () => {
  const again = openClient()
  const { folder: project } = await again.host.projects.create({ name: 'without-log' })
  const file = writeRows(path.join(again.folder, 'rows.jsonl'), [{ prompt: 'Q?', rejected: 'A.' }])
  for await (const _ of await again.host.verbs.import({ project, files: [file] }));
  rmSync(path.join(project, 'lab.db-wal'))
  await assert.rejects(again.host.projects.rename({ project, name: 'lost?' }), {
    code: 'unavailable',
    message: /lab\.db-wal is another file or gone/,
  })
  const { items, name } = await again.host.projects.open({ project })
  assert.deepEqual([items, name], [1, 'without-log'])
  await again.close()
})
