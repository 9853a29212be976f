/** A run that was recorded before a setting existed does what it did then. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../electron/contract/json.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { storedSettings } from '../../../electron/host/runs/run.ts'
import type { Run } from '../../../electron/storage/index.ts'

function ppoRun(config: JsonObject): Pick<Run, 'kind' | 'config'> {
  const job = { kind: 'ppo' as const, policy: 'p', rewardModel: 'r', judge: null, config }
  const choice = { datasets: [], heldout: 0.1, heldoutLimit: 512 }
  return { kind: 'ppo', config: { job, modelName: null, choice } }
}

test('PPO limits single rewards in a run of a version that had no choice, and what it says in a newer one', () => {
  const bound = (config: JsonObject) => PpoConfig.parse(storedSettings(ppoRun(config))).rewardBound
  assert.equal(bound({ placement: 'token' }), 'token')
  assert.equal(bound({ placement: 'token', rewardBound: 'response' }), 'response')
  assert.equal(PpoConfig.parse({}).rewardBound, 'response', 'new runs')
})
