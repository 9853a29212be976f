import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { ExperimentArm } from '../../../electron/contract/experiment.ts'
import { requireArmData } from '../../../electron/host/experiment/arm-data.ts'
import { addItems, saveAnnotation } from '../../../electron/storage/index.ts'
import { edit, newItem, newProject } from '../../storage/scratch.ts'
import { stetIn, temporaryFolder, writeRows } from '../entry/cli-process.ts'

const choice = { datasets: [], heldout: 0.1, heldoutLimit: 10 }
const standard: ExperimentArm[] = ['sequence-original', 'sequence-edited', 'token']

/** @param chosenOf null for an item without one */
async function projectWith(chosenOf: (n: number) => string | null, editOf: (n: number) => string) {
  const project = await newProject()
  const items = Array.from({ length: 40 }, (_, n) => newItem(n, { chosen: chosenOf(n) }))
  addItems(project.db, items)
  for (const [n, item] of items.entries()) saveAnnotation(project.db, edit(item, editOf(n)))
  return project
}

const refusal = (project: Awaited<ReturnType<typeof newProject>>, arms: ExperimentArm[]) => {
  try {
    requireArmData(project, arms, choice)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('an arm without data is named, with the reason and the remaining arms', async () => {
  const without = await projectWith(
    () => null,
    (n) => `e${n}`,
  )
  const message = refusal(without, standard)
  assert.match(
    message,
    /^Arm sequence-original cannot be trained on .*: no training item has a chosen response/,
  )
  assert.match(message, /Leave it out with --arms sequence-edited,token, or import preference pairs\.$/)
  assert.equal(refusal(without, ['sequence-edited', 'token', 'token-classify', 'dpo']), '')
})

test('a chosen response or an edit that equals the rejected response is not data', async () => {
  const same = await projectWith(
    (n) => `r${n}`,
    (n) => `e${n}`,
  )
  assert.match(
    refusal(same, standard),
    /none of its \d+ training items has a chosen response that differs from the rejected/,
  )
  const unedited = await projectWith(
    (n) => `c${n}`,
    (n) => `r${n}`,
  )
  assert.match(
    refusal(unedited, [...standard, 'dpo']),
    /^Arms sequence-edited, token, dpo cannot .* Leave them out with --arms sequence-original, or import edits/,
  )
  const nothing = refusal(same, ['sequence-original'])
  assert.match(nothing, /rejected response\. Import preference pairs\.$/)
})

test('the command refuses before anything is trained', async () => {
  const folder = temporaryFolder()
  const stet = (...args: string[]) => stetIn(folder, args)
  const rows = Array.from({ length: 40 }, (_, i) => ({
    prompt: `Q${i}?`,
    rejected: `No ${i}!`,
    edited: `No ${i}.`,
  }))
  writeRows(path.join(folder, 'edits.jsonl'), rows)
  await stet('init', 'p.stet')
  await stet('import', 'p.stet', 'edits.jsonl')
  const { code, stderr } = await stet('experiment', 'p.stet', 'missing', '--judge', 'length:shorter')
  assert.equal(code, 2)
  assert.match(stderr, /Arm sequence-original cannot be trained on .*--arms sequence-edited,token/)
  const other = await stet('experiment', 'p.stet', 'missing', '--judge', 'length:shorter', '--arms', 'token')
  assert.match(other.stderr, /"missing" is neither/)
  assert.match((await stet('runs', 'p.stet')).stdout, /No runs yet/)
})
