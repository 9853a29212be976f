import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { keptAnswers } from '../../../electron/host/experiment/kept-answers.ts'
import { newProject } from '../../storage/scratch.ts'

test('answers are sampled once for a model inside the project and each request, and always for other models', async () => {
  const project = await newProject()
  let sampled = 0
  const ask = (model: string, request: object) =>
    keptAnswers(project, { model, request }, async () => {
      sampled++
      return [{ text: `answer ${sampled}`, ids: [sampled], ended: true }]
    })
  const own = path.join(project.folder, 'runs/run_1/model')
  const first = await ask(own, { seed: 1 })
  assert.deepEqual(await ask(own, { seed: 1 }), first)
  assert.notDeepEqual(await ask(own, { seed: 2 }), first)
  assert.notDeepEqual(await ask(path.join(project.folder, 'runs/run_2/model'), { seed: 1 }), first)
  assert.equal(sampled, 3)
  const elsewhere = path.join(project.folder, '..', 'model')
  assert.notDeepEqual(await ask(elsewhere, { seed: 1 }), await ask(elsewhere, { seed: 1 }))
  assert.equal(sampled, 5)
})

test('an answer file that is damaged is an error, not an answer', async () => {
  const project = await newProject()
  const model = path.join(project.folder, 'runs/run_1/model')
  const ask = () => keptAnswers(project, { model, request: {} }, async () => [])
  await ask()
  const folder = path.join(project.folder, 'answers')
  for (const name of readdirSync(folder)) writeFileSync(path.join(folder, name), '[{"text": 3}]')
  await assert.rejects(ask)
})
