import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fittingModels, withOwnModels } from '../../../renderer/runs/fitting-models.ts'

const base = { name: 'base', kind: 'language' }
const other = { name: 'other', kind: 'language' }
const rewards = { name: 'my-rewards', kind: 'reward' }
const required = ['policy', 'rewardModel']
const preset = { policy: 'base', rewardModel: 'rewards', name: 'aligned' }

test('a setting takes models of its kind, the likelier ones first', () => {
  const models = [base, rewards]
  assert.deepEqual(fittingModels('policy', models), ['base'])
  assert.deepEqual(fittingModels('rewardModel', models), ['my-rewards', 'base'])
  assert.deepEqual(fittingModels('sequenceModel', models), ['my-rewards'])
})

test('where the model of a preset is not in the project, the only one that fits takes its place', () => {
  assert.deepEqual(withOwnModels(preset, required, [base, other, rewards], []), {
    policy: 'base',
    rewardModel: 'my-rewards',
    name: 'aligned',
  })
  assert.deepEqual(withOwnModels({}, required, [other], []), { policy: 'other', rewardModel: '' })
})

test('of several the user chooses, and a model that a job will make, or a new one, is kept', () => {
  const several = [other, { name: 'third', kind: 'language' }]
  assert.equal(withOwnModels(preset, required, several, []).policy, '')
  assert.equal(withOwnModels(preset, required, several, ['rewards']).rewardModel, 'rewards')
  assert.equal(withOwnModels({ model: 'world' }, ['model'], several, []).model, 'world')
})
