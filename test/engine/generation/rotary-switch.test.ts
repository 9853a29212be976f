/** Texts may be on either side of the length where longrope changes its frequencies, but not grow past it. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Generator } from '../../../electron/engine/generation/generate.ts'
import { createModel, disposeModel } from '../../../electron/engine/model/model.ts'
import { presetConfig } from '../../../electron/engine/model/presets.ts'
import type { RopeScaling } from '../../../electron/engine/model/transformer-config.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'

before(() => openRuntime({ eager: true }))

const world = presetConfig('world', { vocabSize: 11, bosId: null, eosId: 2, padId: 0 })
const eight = Array.from({ length: 8 }, () => 1)
const ropeScaling: RopeScaling = {
  type: 'longrope',
  factor: null,
  attentionFactor: null,
  shortFactors: eight,
  longFactors: eight.map((one) => 4 * one),
  originalMaxPositions: 6,
}

const options = {
  temperature: 0,
  topK: 0,
  topP: 1,
  eosIds: [],
  padId: 0,
  seed: 1,
  stream: 'test',
  maxNewTokens: 3,
}

test('a text that would grow past the length where longrope changes is refused, with both lengths', () => {
  const model = createModel({ ...world, ropeScaling }, 1)
  const generator = new Generator(model)
  const lengths = (...queries: number[]) =>
    generator.generate(
      queries.map((length) => Array.from({ length }, () => 3)),
      options,
    )
  assert.throws(() => lengths(3, 4), /prompt of 4 tokens and 3 new tokens .*length of 6 .*longrope/)
  assert.throws(() => lengths(6), /prompt of 6 tokens and 3 new tokens/)
  assert.deepEqual(
    lengths(3, 7).map(({ response }) => response.length),
    [3, 3],
  )
  generator.dispose()
  disposeModel(model)
})
