import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { trainingWarnings } from '../../../electron/host/judge/training-warnings.ts'
import { addModel, createProject, createRun } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

test('a verdict on models of PPO says if the judge is like their reward, and which tripwires were off', async () => {
  const project = await createProject(path.join(temporaryFolder(), 'p.stet'), 'p')
  const modelOf = (kind: 'ppo' | 'sft', name: string, config: object) => {
    const job = { kind, config: JSON.parse(JSON.stringify(config)) }
    const run = createRun(project.db, {
      ...{ kind, name, config: { job, modelName: name }, seeds: {}, codeVersion: '1', parentId: null },
    })
    addModel(project.db, { name, kind: 'language', path: name, hashes: {}, runId: run.id })
  }
  const { tripwires, ...config } = PpoConfig.parse({})
  modelOf('sft', 'base', {})
  modelOf('ppo', 'aligned', { ...config, tripwires })
  modelOf('ppo', 'free', { ...config, tripwires: { ...tripwires, lengthChange: null } })
  const reward = { kind: 'reward', model: 'rm' } as const
  const warningsOf = (...sides: string[]) => trainingWarnings(project, reward, sides)
  assert.deepEqual(warningsOf('base', 'base'), [])
  assert.match(warningsOf('base', 'aligned').join(), /^The judge is a reward model/)
  assert.equal(warningsOf('base', 'free').length, 2)
  assert.deepEqual(
    trainingWarnings(project, { kind: 'world' }, ['aligned', 'free']).map((sentence) =>
      sentence.slice(0, 49),
    ),
    ['Tripwires were switched off (length change), so n'],
  )
  project.close()
})
