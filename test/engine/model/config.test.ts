import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type ModelConfig,
  modelConfigSchema,
  parameterShapes,
} from '../../../electron/engine/model/config.ts'
import { usualSettings } from '../../../electron/engine/model/transformer-config.ts'

const llama: ModelConfig = {
  ...usualSettings,
  family: 'llama',
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 6,
  maxPositions: 32,
  normEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: null,
  attentionBias: false,
  attentionOutBias: false,
  mlpBias: false,
  tiedEmbeddings: true,
  activation: 'silu',
  bosId: null,
  eosIds: [2],
  padId: 0,
}

test('a valid configuration is accepted unchanged, one with an extra or a missing key is refused', () => {
  assert.deepEqual(modelConfigSchema.parse(llama), llama)
  const withUnknown = modelConfigSchema.safeParse({ ...llama, hiddenSizes: 8 })
  assert.match(withUnknown.error!.message, /hiddenSizes/)
  const { headDim: _, ...without } = llama
  assert.match(modelConfigSchema.safeParse(without).error!.message, /headDim/)
})

test('settings that a record is too old to have get their usual values', () => {
  const old = Object.fromEntries(Object.entries(llama).filter(([key]) => !Object.hasOwn(usualSettings, key)))
  assert.deepEqual(modelConfigSchema.parse(old), llama)
})

test("a rotary scaling that was recorded before it had kinds is Llama 3's", () => {
  const older = { factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 64 }
  const { ropeScaling } = modelConfigSchema.parse({ ...llama, ropeScaling: older })
  assert.deepEqual(ropeScaling, { type: 'llama3', ...older })
})

test('contradictions are refused under their key', () => {
  const wrong: [keyof ModelConfig, Partial<ModelConfig>][] = [
    ['numKvHeads', { numKvHeads: 3 }],
    ['headDim', { headDim: 5 }],
    ['activation', { activation: 'gelu_tanh' }],
    ['slidingWindow', { localLayers: [1] }],
    ['localLayers', { localLayers: [2], slidingWindow: 4 }],
    ['unrotatedLayers', { unrotatedLayers: [2] }],
    ['bosId', { bosId: 11 }],
    ['padId', { padId: 11 }],
    ['eosIds', { eosIds: [2, 11] }],
    ['hiddenSize', { family: 'gpt2' }],
  ]
  for (const [key, change] of wrong) {
    const { error } = modelConfigSchema.safeParse({ ...llama, ...change })
    assert(
      error?.issues.some((issue) => issue.path[0] === key),
      `${key}: ${error?.message}`,
    )
  }
})

test('parameters have different names, and their number follows from the sizes', () => {
  const size = fc.integer({ min: 1, max: 6 })
  const flags = fc.record({
    attentionBias: fc.boolean(),
    mlpBias: fc.boolean(),
    tiedEmbeddings: fc.boolean(),
  })
  const sizes = fc.record({
    vocabSize: size,
    hiddenSize: size,
    intermediateSize: size,
    numLayers: size,
    headDim: size,
  })
  fc.assert(
    fc.property(sizes, flags, size, size, (some, has, numKvHeads, group) => {
      const config = {
        ...llama,
        ...some,
        ...has,
        attentionOutBias: has.attentionBias,
        numKvHeads,
        numHeads: numKvHeads * group,
      }
      const { vocabSize: v, hiddenSize: c, intermediateSize: i, numLayers, headDim } = config
      const [queries, keys] = [config.numHeads * headDim, numKvHeads * headDim]
      const matrices = 2 * c * queries + 2 * c * keys + 3 * c * i + 2 * c
      const biases = (has.attentionBias ? queries + 2 * keys + c : 0) + (has.mlpBias ? 2 * i + c : 0)
      const total = v * c * (has.tiedEmbeddings ? 1 : 2) + c + numLayers * (matrices + biases)
      const counts = [...parameterShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1))
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        total,
      )
    }),
  )
})
