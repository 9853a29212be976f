/** docs/METHODS.md names every method that a user can choose. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { experimentArms } from '../../electron/contract/experiment.ts'
import { DirectLoss } from '../../electron/contract/run-kinds/dpo.ts'
import { creditNames, placementNames } from '../../electron/contract/run-kinds/ppo-choices.ts'
import { RewardScheme } from '../../electron/contract/run-kinds/reward.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/METHODS.md'), 'utf8')

/** Names in code spans of the first column of tables. */
function rowsNamed(): Set<string> {
  const firstCells = [...page.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell!)
  return new Set(firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)))
}

test('every arm, direct loss, reward scheme, placement and credit estimator has a row', () => {
  const named = rowsNamed()
  const methods = new Set(experimentArms.map(({ method }) => method))
  const all = [...methods, ...DirectLoss.options, ...RewardScheme.options, ...placementNames, ...creditNames]
  assert.deepEqual(
    all.filter((name) => !named.has(name)),
    [],
  )
})
