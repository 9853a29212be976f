/** The form's presets for the sample project, as a new user starts them; test/e2e/work.spec.ts trains with them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RunPreset, runPresets, samplePreset } from '../../../electron/contract/presets.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'

function presetOf<Kind extends 'sft' | 'reward' | 'ppo'>(kind: Kind): RunPreset<Kind>['input'] {
  const preset = runPresets[kind]?.find(({ title }) => title === samplePreset)
  assert.ok(preset, kind)
  return preset.input
}

test('the preset of PPO keeps the limits on length, KL and win rate, and starts from the models of the other two', () => {
  const { tripwires } = PpoConfig.parse(presetOf('ppo').config)
  for (const name of ['maxKl', 'lengthChange', 'judgeDrop'] as const)
    assert.ok(typeof tripwires[name] === 'number', name)
  assert.equal(presetOf('ppo').policy, presetOf('sft').name)
  assert.equal(presetOf('ppo').rewardModel, presetOf('reward').name)
  assert.equal(presetOf('reward').model, presetOf('sft').name)
})
