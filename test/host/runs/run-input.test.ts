/** The rows that a run takes from its project. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { RunInputRow } from '../../../electron/contract/records.ts'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import { inputRows, inputRowsOf, requireRows } from '../../../electron/host/runs/run-input.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { createProject, importRows, saveAnnotation } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const choice = { datasets: [], heldout: 0, heldoutLimit: 100 }

async function projectWith(items: { chosen: string | null; rejected: string | null }[]) {
  const project = await createProject(path.join(temporaryFolder(), 'p.stet'), 'p')
  const rows = items.map(({ chosen, rejected }, i) => ({
    file: 'items',
    line: i + 1,
    item: makeItem({
      prompt: [{ role: 'user', content: `Question ${i}?` }],
      ...{ chosen, rejected, source: 'test', sourceId: `item-${i}` },
    }),
    annotations: [],
  }))
  await importRows(project.db, rows, { name: 'items', files: [] })
  const ids = rows.map(({ item }) => item.id)
  return { project, ids }
}

const sftRows = (responses: SftConfig['responses']) => inputRowsOf('sft', SftConfig.parse({ responses }))

test('SFT takes items with a chosen response, or the finished edits of every annotator', async () => {
  const { project, ids } = await projectWith([
    { chosen: 'Yes.', rejected: 'No.' },
    { chosen: null, rejected: 'Never.' },
    { chosen: 'Surely.', rejected: null },
  ])
  const changeKinds = [{ start: 0, end: 3, kind: 'Fact', severity: 'minor' as const }]
  const edit = (item: number, annotator: string, edited: string, state: 'done' | 'draft') =>
    saveAnnotation(project.db, {
      ...(annotator === 'bob' && { changeKinds }),
      itemId: ids[item]!,
      annotator,
      edited,
      state,
      operations: [],
      elapsedMs: 1,
      provenance: 'import',
      createdAt: null,
    })
  edit(0, 'ann', 'No, thanks.', 'done')
  edit(0, 'bob', 'Not now.', 'done')
  edit(1, 'ann', 'Ever.', 'draft')
  const taken = (rows: RunInputRow[]) => rows.map(({ item, edited }) => [item.sourceId, edited])
  assert.deepEqual(taken(inputRows(project.db, sftRows('chosen'), choice)), [
    ['item-0', null],
    ['item-2', null],
  ])
  assert.deepEqual(taken(inputRows(project.db, sftRows('edited'), choice)), [
    ['item-0', 'No, thanks.'],
    ['item-0', 'Not now.'],
  ])
  const sorted = inputRows(project.db, sftRows('edited'), choice).map((row) => row.changeKinds)
  assert.deepEqual(sorted, [undefined, changeKinds], 'how a change was sorted is frozen with the edit')
  project.close()
})

test('a run on edits of a project without any is refused, with what to do', async () => {
  const { project } = await projectWith([{ chosen: 'Yes.', rejected: null }])
  const rows = inputRows(project.db, sftRows('edited'), choice)
  assert.throws(
    () => requireRows(rows, 'edited', 'ferry.stet'),
    /ferry\.stet has no finished edits to train on\. Edit some responses or import edits first/,
  )
  project.close()
})
