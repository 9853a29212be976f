/**
 * Flipped bytes anywhere in a database: it opens clean or leads to recovery within 5 s, and no text is exported that was
 * not stored.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { makeBackup } from '../../electron/storage/backup.ts'
import {
  addItems,
  editsOfBoth,
  iterateAnnotatedItems,
  newestFinishedEdits,
  openProject,
  recoverProject,
  saveAnnotation,
} from '../../electron/storage/index.ts'
import { textOf } from '../faults/edits.ts'
import { edit, newItem, newProject } from '../storage/scratch.ts'
import { count, times } from './count.ts'

const mutants = times({ few: 24, many: 200 })
const items = Array.from({ length: 120 }, (_, n) => newItem(n, { chosen: textOf('chosen', n) }))

async function filledProject(): Promise<string> {
  const { folder, db, close } = await newProject()
  addItems(db, items)
  for (const [n, item] of items.entries()) saveAnnotation(db, edit(item, textOf('ann', n)))
  await makeBackup(db, path.join(folder, 'backups'))
  close()
  return folder
}

/** @returns whether everything is there; refuses what was never stored */
async function readAll(folder: string): Promise<boolean> {
  const { db, close } = await openProject(folder)
  try {
    let [found, edits] = [0, 0]
    for (const { item, annotations } of iterateAnnotatedItems(db)) {
      const n = items.findIndex(({ id }) => id === item.id)
      assert.deepEqual(item, items[n])
      for (const { edited } of annotations) assert.equal(edited, textOf('ann', n))
      found++
      edits += annotations.length
    }
    return found === items.length && edits === items.length
  } finally {
    close()
  }
}

test(`${mutants} databases with flipped bytes export no text that was not stored`, async () => {
  const folder = await filledProject()
  const file = path.join(folder, 'lab.db')
  const good = readFileSync(file)
  const outcomes = { clean: 0, recovered: 0 }
  for (let mutant = 0; mutant < mutants; mutant++) {
    const bytes = Buffer.from(good)
    const at = Math.floor(((mutant * 0.618034) % 1) * good.length)
    for (let i = at; i < Math.min(at + 1 + (mutant % 8), bytes.length); i++)
      bytes[i] = bytes[i]! ^ (1 << (mutant % 8))
    writeFileSync(file, bytes)
    const opened = await readAll(folder).catch((error) => error)
    if (!(opened instanceof Error)) {
      assert.ok(opened, `byte ${at}: something is missing without a word`)
      outcomes.clean++
      continue
    }
    assert.equal((opened as { code?: string }).code, 'damaged', `byte ${at}: ${opened.stack}`)
    const startedAt = performance.now()
    await recoverProject(folder, null)
    assert.ok(performance.now() - startedAt < 5000)
    assert.ok(await readAll(folder), `byte ${at}: the recovered project is not whole`)
    outcomes.recovered++
  }
  assert.ok(outcomes.recovered > 0)
  count(
    'damaged',
    `${mutants} databases with flipped bytes: ${outcomes.clean} read clean, ${outcomes.recovered} recovered within 5 s, 0 exported another text`,
  )
})

test('a text that was changed behind the back of a large project is not exported, and recovered from the copy', async () => {
  const folder = await filledProject()
  const file = path.join(folder, 'lab.db')
  for (const text of [textOf('ann', 33), textOf('chosen', 44)]) {
    const bytes = readFileSync(file)
    const at = bytes.indexOf(text)
    assert.ok(at > 0)
    bytes[at + 20] = bytes[at + 20]! ^ 1
    writeFileSync(file, bytes)
    await assert.rejects(readAll(folder), { code: 'damaged', message: /is not as it was stored\)/ })
    const { tables } = await recoverProject(folder, null)
    assert.equal(
      tables.reduce((sum, { refused }) => sum + refused, 0),
      1,
    )
    assert.ok(await readAll(folder))
  }
})

test('nor is it compared in Review, or proposed as a repeated correction', async () => {
  const folder = await filledProject()
  const { db, close } = await openProject(folder)
  for (const [n, item] of items.entries())
    saveAnnotation(db, { ...edit(item, textOf('bob', n)), annotator: 'bob' })
  assert.equal(editsOfBoth(db, 'ann', 'bob').length, items.length)
  // As a disk would: not through the program, which never changes a revision.
  db.exec('DROP TRIGGER annotations_are_not_changed')
  db.prepare("UPDATE annotations SET edited = 'another text' WHERE annotator = 'bob' AND item_id = ?").run(
    items[7]!.id,
  )
  for (const read of [() => editsOfBoth(db, 'ann', 'bob'), () => newestFinishedEdits(db, 'bob', 500)])
    assert.throws(read, { code: 'damaged', message: /is not as it was stored\)/ })
  close()
})
