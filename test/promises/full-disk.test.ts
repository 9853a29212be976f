/**
 * A disk that is full, or fails: whatever was under way, nothing is damaged, the user gets a sentence, saved work
 * stays, and the same work succeeds once there is room.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { findProblem } from '../../electron/storage/health.ts'
import {
  addItems,
  countItems,
  listAnnotations,
  openProject,
  saveAnnotation,
} from '../../electron/storage/index.ts'
import { cannotFail, type Fault, runWithFault } from '../faults/failing-disk.ts'
import { type Ending, type Work, works } from '../faults/full-disk-process.ts'
import { edit, newFolder, newItem, newProject } from '../storage/scratch.ts'
import { count, isLong } from './count.ts'

const script = path.resolve(import.meta.dirname, '../faults/full-disk-process.ts')

const points = isLong ? [1, 2, 3, 4, 6, 9, 14, 21, 32, 48] : [1, 4]
const errors: Fault['error'][] = isLong ? ['ENOSPC', 'EIO', 'EROFS'] : ['ENOSPC', 'EIO']

interface Outcome {
  first: Ending
  second: Ending
  acknowledged: number
}

async function templateProject(): Promise<string> {
  const { folder, db, close } = await newProject()
  addItems(
    db,
    Array.from({ length: 50 }, (_, n) => newItem(n)),
  )
  saveAnnotation(db, edit(newItem(1), 'saved before'))
  close()
  return folder
}

async function tryWork(work: Work, fault: Omit<Fault, 'folder'>, template: string): Promise<boolean> {
  const folder = newFolder()
  cpSync(template, folder, { recursive: true })
  const named = `${work}, ${fault.error} at call ${fault.after}`
  const outcome = runWithFault(script, [work, folder, `${folder}.armed`], { ...fault, folder })
  const { first, second, acknowledged } = outcome as Outcome
  assert.notEqual(first.kind, 'unexpected', `${named}: ${first.message}`)
  assert.equal(second.kind, 'done', `${named}, then with room: ${second.message}`)
  assert.equal(findProblem(path.join(folder, 'lab.db')), null, named)
  if (work === 'migrate') return first.kind === 'told'
  const { db, close } = await openProject(folder)
  const texts = listAnnotations(db, newItem(1).id).map(({ edited }) => edited)
  assert.equal(texts[0], 'saved before', named)
  assert.ok(texts.length >= acknowledged, `${named}: ${acknowledged} acknowledged, ${texts.length} stored`)
  assert.ok([50, 450].includes(countItems(db)), `${named}: ${countItems(db)} items`)
  close()
  for (const part of ['checkpoints', 'exports'])
    if (existsSync(path.join(folder, part)))
      assert.deepEqual(
        readdirSync(path.join(folder, part)).filter((name) => /tmp|partial/.test(name)),
        [],
        named,
      )
  return first.kind === 'told'
}

for (const work of works)
  test(`a full or failing disk: ${work}`, { skip: cannotFail }, async () => {
    const template = await templateProject()
    let told = 0
    for (const after of points)
      for (const error of errors) if (await tryWork(work, { after, error }, template)) told++
    count(
      'disk',
      `${work}: ${points.length * errors.length} failures of the disk, ${told} reported in a sentence, the others not met; nothing damaged`,
    )
  })
