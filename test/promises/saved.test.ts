/**
 * Saved means saved: kills of a host under eight writers, and logs that are cut as a power cut may leave them.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { findProblem } from '../../electron/storage/health.ts'
import { addItems, listAnnotations, openProject, saveAnnotation } from '../../electron/storage/index.ts'
import { textOf } from '../faults/edits.ts'
import { edit, newFolder, newItem, newProject } from '../storage/scratch.ts'
import { count, times } from './count.ts'

const kills = times({ few: 4, many: 200 })
const cuts = times({ few: 40, many: 500 })
const script = path.resolve(import.meta.dirname, '../faults/writers-process.ts')
const annotators = Array.from({ length: 8 }, (_, i) => `writer${i}`)

/** @returns the newest revision of each annotator that was confirmed before the kill */
async function writeUntilKilled(folder: string, afterMs: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [script, folder, annotators.join(',')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      STET_SETTINGS: path.join(folder, '..', 'settings'),
      NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../.stet/compile-cache'),
    },
  })
  const confirmed = new Map<string, number>()
  const lines = createInterface({ input: child.stdout })
  lines.once('line', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
  lines.on('line', (line) => {
    const [annotator = '', revision = ''] = line.split(' ')
    confirmed.set(annotator, Number(revision))
  })
  const [, signal] = await once(child, 'close')
  assert.equal(signal, 'SIGKILL')
  return confirmed
}

test(`${kills} kills of a host under 8 writers lose no confirmed edit and tear none`, async () => {
  const { folder, db, close } = await newProject()
  addItems(db, [newItem(1)])
  close()
  let total = 0
  for (let kill = 0; kill < kills; kill++) {
    const confirmed = await writeUntilKilled(folder, 20 + ((kill * 37) % 200))
    const project = await openProject(folder)
    assert.equal(findProblem(path.join(folder, 'lab.db')), null)
    const stored = listAnnotations(project.db, newItem(1).id)
    project.close()
    for (const { annotator, revision, edited } of stored) assert.equal(edited, textOf(annotator, revision))
    for (const annotator of annotators) {
      const revisions = stored.filter((each) => each.annotator === annotator).map(({ revision }) => revision)
      assert.deepEqual(
        revisions,
        Array.from(revisions, (_, i) => i + 1),
      )
      assert.ok(revisions.length >= (confirmed.get(annotator) ?? 0), `${annotator} lost an edit`)
    }
    total = stored.length
  }
  assert.ok(total > kills)
  count('saved', `${kills} kills of a host under 8 writers: 0 of ${total} edits lost or torn`)
})

test(`a log that is cut at ${cuts} lengths leaves the edits up to a point, exactly`, async () => {
  const { folder, db } = await newProject()
  addItems(db, [newItem(1)])
  db.pragma('wal_checkpoint(TRUNCATE)')
  const edits = 60
  const sizes: number[] = []
  const log = path.join(folder, 'lab.db-wal')
  for (let n = 1; n <= edits; n++) {
    saveAnnotation(db, edit(newItem(1), textOf('ann', n)))
    sizes.push(statSync(log).size)
  }
  const copy = newFolder()
  mkdirSync(copy)
  for (let cut = 0; cut <= cuts; cut++) {
    for (const name of ['lab.db', 'lab.db-wal']) copyFileSync(path.join(folder, name), path.join(copy, name))
    const length = Math.floor((sizes.at(-1)! * cut) / cuts)
    truncateSync(path.join(copy, 'lab.db-wal'), length)
    const project = await openProject(copy)
    const texts = listAnnotations(project.db, newItem(1).id).map(({ edited }) => edited)
    const whole = sizes.filter((size) => size <= length).length
    assert.deepEqual(
      texts,
      Array.from({ length: whole }, (_, i) => textOf('ann', i + 1)),
      `cut at ${length} bytes`,
    )
    project.close()
  }
  count('saved', `a log of ${edits} edits cut at ${cuts} lengths: ${cuts} exact prefixes`)
})
