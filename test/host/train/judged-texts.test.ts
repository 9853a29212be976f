import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { JudgeSpec } from '../../../electron/contract/judge-kinds.ts'
import { inputRows } from '../../../electron/host/runs/run-input.ts'
import { noteUnjudged, withJudgedTexts } from '../../../electron/host/train/judged-texts.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { createProject, importRows, saveAnnotation } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const reference = (texts: 'edited' | 'chosen' | 'either'): JudgeSpec => ({
  kind: 'reference',
  metric: 'chrf',
  texts,
})

/** Items 0 to 39: even ones have two annotators' edits, every third a chosen response. */
async function projectWithEdits() {
  const project = await createProject(path.join(temporaryFolder(), 'p.stet'), 'p')
  const rows = Array.from({ length: 40 }, (_, i) => ({
    file: 'items',
    line: i + 1,
    item: makeItem({
      prompt: [{ role: 'user', content: `Question ${i}?` }],
      ...{ chosen: i % 3 === 0 ? 'Chosen.' : null, rejected: 'No.', source: 'test', sourceId: `${i}` },
    }),
    annotations: [],
  }))
  await importRows(project.db, rows, { name: 'items', files: [] })
  for (let i = 0; i < 40; i += 2) {
    for (const annotator of ['ann', 'bob']) {
      saveAnnotation(project.db, {
        ...{ itemId: rows[i]!.item.id, annotator, state: 'done', edited: `Edit of ${annotator}.` },
        ...{ operations: [], elapsedMs: 0, provenance: 'human', createdAt: null },
      })
    }
  }
  return project
}

test('held-out rows carry the texts that the judge compares with, and no other row changes', async () => {
  const project = await projectWithEdits()
  const choice = { datasets: [], heldout: 0.5, heldoutLimit: 1000 }
  const rows = inputRows(project.db, 'prompts', choice)
  assert.equal(withJudgedTexts(project.db, null, rows), rows)
  assert.equal(withJudgedTexts(project.db, { kind: 'repetition' }, rows), rows)
  const edits = ['Edit of ann.', 'Edit of bob.']
  for (const { item, split, references } of withJudgedTexts(project.db, reference('either'), rows)) {
    const i = Number(item.sourceId)
    const expected = i % 2 === 0 ? edits : i % 3 === 0 ? ['Chosen.'] : []
    assert.deepEqual(references, split === 'heldout' ? expected : undefined)
  }
  for (const { item, split, references } of withJudgedTexts(project.db, reference('chosen'), rows)) {
    const expected = Number(item.sourceId) % 3 === 0 ? ['Chosen.'] : []
    assert.deepEqual(references, split === 'heldout' ? expected : undefined)
  }
  project.close()
})

test('held-out rows without a text are named, and a run in which none has one is refused', async () => {
  const project = await projectWithEdits()
  const rows = inputRows(project.db, 'prompts', { datasets: [], heldout: 0.5, heldoutLimit: 1000 })
  const notes: string[] = []
  const hooks = {
    emit: (event: { type: string; sentence?: string }) => notes.push(event.sentence ?? ''),
    signal: new AbortController().signal,
  }
  const judge = reference('edited')
  noteUnjudged(judge, withJudgedTexts(project.db, judge, rows), hooks)
  assert.match(
    notes.join(),
    /^\d+ of \d+ held-out items have no finished edit, so they are not judged: item_[0-9a-f]+/,
  )
  const odd = rows.filter(({ item }) => Number(item.sourceId) % 2 === 1)
  assert.throws(
    () => noteUnjudged(judge, withJudgedTexts(project.db, judge, odd), hooks),
    /None of the \d+ held-out items can be judged: every one has no finished edit/,
  )
  project.close()
})
