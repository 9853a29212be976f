/** No arm trains on the documents of a gold judge. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { inputRows } from '../../../electron/host/runs/run-input.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { createProject, importRows } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

test('parts of the training documents are disjoint and complete, and hold out the same documents', async () => {
  const project = await createProject(path.join(temporaryFolder(), 'p.stet'), 'p')
  const rows = Array.from({ length: 400 }, (_, i) => ({
    file: 'items',
    line: i + 1,
    item: makeItem({
      prompt: [{ role: 'user', content: `Question ${i}?` }],
      ...{ chosen: 'Yes.', rejected: 'No.', source: 'test' },
    }),
    annotations: [],
  }))
  await importRows(project.db, rows, { name: 'items', files: [] })
  const ids = (split: string, trainPart?: [number, number]) => {
    const choice = { datasets: [], heldout: 0.25, heldoutLimit: 1000, ...(trainPart && { trainPart }) }
    const chosen = inputRows(project.db, 'prompts', choice).filter((row) => row.split === split)
    return new Set(chosen.map(({ item }) => item.id))
  }
  const [all, arms, gold] = [ids('train'), ids('train', [0, 0.6]), ids('train', [0.6, 1])]
  assert.deepEqual(new Set([...arms, ...gold]), all)
  assert.equal(arms.size + gold.size, all.size)
  assert(arms.size > 1.2 * gold.size && gold.size > 60)
  assert.deepEqual(ids('heldout', [0.6, 1]), ids('heldout'))
  project.close()
})

test('a sample of the training rows is part of every larger one, the same items for every kind of row', async () => {
  const project = await createProject(path.join(temporaryFolder(), 'sample.stet'), 'sample')
  const rows = Array.from({ length: 200 }, (_, i) => ({
    file: 'items',
    line: i + 1,
    item: makeItem({
      prompt: [{ role: 'user', content: `Question ${i}?` }],
      ...{ chosen: 'Yes.', rejected: 'No.', source: 'test' },
    }),
    annotations: [],
  }))
  await importRows(project.db, rows, { name: 'items', files: [] })
  const ids = (kind: 'prompts' | 'original', count: number, seed = 1) => {
    const choice = { datasets: [], heldout: 0.25, heldoutLimit: 1000, trainSample: { rows: count, seed } }
    const chosen = inputRows(project.db, kind, choice)
    const heldout = chosen.filter(({ split }) => split === 'heldout').length
    const drawn = chosen.filter(({ split }) => split === 'train').map(({ item }) => item.id)
    return { heldout, drawn }
  }
  const [few, more, pairs] = [ids('prompts', 20), ids('prompts', 60), ids('original', 20)]
  assert.equal(few.drawn.length, 20)
  assert.ok(few.drawn.every((id) => more.drawn.includes(id)))
  assert.deepEqual(pairs.drawn, few.drawn)
  assert.equal(few.heldout, more.heldout)
  assert.notDeepEqual(ids('prompts', 20, 2).drawn, few.drawn)
  assert.ok(ids('prompts', 1000).drawn.length < 200, 'more than there are stands for all')
  project.close()
})
