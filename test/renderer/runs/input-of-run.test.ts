/** A run's record gives back the input that started it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inputOfRun } from '../../../renderer/runs/input-of-run.ts'

const models = [
  { name: 'base', path: '/home/a/p.stet/checkpoints/run_1/model' },
  { name: 'rewards', path: '/home/a/p.stet/checkpoints/run_2/model' },
]
const at = (run: number) => `checkpoints/run_${run}/model`

test('models are named, outside ones by their path; judge, datasets and settings are those of the run', () => {
  const job = {
    kind: 'ppo' as const,
    config: { klCoef: 0.2 },
    policy: at(1),
    rewardModel: at(2),
    sequenceModel: '/models/other',
    ensemble: [at(2)],
    judge: { kind: 'reward', model: at(2) },
  }
  const choice = { datasets: ['pairs'], heldout: 0.2, heldoutLimit: null }
  assert.deepEqual(inputOfRun({ config: { job, modelName: 'aligned', choice } }, models), {
    policy: 'base',
    rewardModel: 'rewards',
    sequenceModel: '/models/other',
    ensemble: ['rewards'],
    judge: 'reward:rewards',
    ...choice,
    config: { klCoef: 0.2 },
  })
})

test('a preset is named, and a run without a judge has none', () => {
  const job = { kind: 'sft' as const, config: {}, model: { preset: 'world' }, judge: null }
  const input = inputOfRun({ config: { job, modelName: null, choice: { datasets: [] } } }, models)
  assert.deepEqual(input, { model: 'world', datasets: [], config: {} })
})
