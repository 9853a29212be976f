/**
 * A row's results depend only on the row: not on its batch, not on how far the batch is padded, not on the ids in
 * the padding. Shared by one test file per runtime.
 */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  type GeneratedRow,
  type GenerationOptions,
  Generator,
} from '../../electron/engine/generation/generate.ts'
import { addScoreHead, copyModel, disposeModel, type Model } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import type { ResponseLengths } from '../../electron/engine/training/batch.ts'
import { completed } from '../../electron/engine/training/pauses.ts'
import { type Rollout, RolloutScorer } from '../../electron/pipeline/ppo/rollout.ts'
import { RewardScorer } from '../../electron/pipeline/reward/model.ts'
import { measureByForwardPass } from './measure.ts'
import {
  largestDifference,
  parametersAfterStep,
  type StepName,
  snugLengths,
  type Variation,
} from './steps.ts'
import { temporaryFolder, toyExamples, toyTokenizer, writeToyModel } from './toy.ts'

/** Of log-probabilities of size 5, rewards and values of size 1; measured 2e-6. */
const scoreTolerance = 1e-5
/** See runtimes.test.ts. */
const parameterTolerance = 2e-6

const { demonstrations } = toyExamples(8, toyTokenizer())
const queries = demonstrations.map(({ query }) => query)
const samples = demonstrations.map((example, i) => ({ ...example, promptId: `${i}`, ended: true }))
const { padId } = toyTokenizer()
const sampling = {
  temperature: 1,
  topK: 0,
  topP: 1,
  seed: 4,
  stream: 'test',
  maxNewTokens: 10,
  eosIds: [2],
  padId,
}
/** A token of the vocabulary that the texts use. */
const otherPadId = 9
const widerLengths: ResponseLengths = {
  queryLength: snugLengths.queryLength + 15,
  responseLength: snugLengths.responseLength + 9,
}

export interface Coverage {
  /** Opens the runtime. */
  open: () => Promise<unknown>
  /** Ways of sampling, besides temperature 1. */
  samplings: Partial<GenerationOptions>[]
  /** Kinds of optimizer step, and what is changed about each. */
  steps: readonly StepName[]
  variations: readonly Variation[]
}

/** Micro-batches, other ids in the padding, and more padding than needed (which only PPO's update has a setting for). */
export const allVariations: readonly Variation[] = [
  { microBatchSize: 2 },
  { microBatchSize: 3 },
  { padId: otherPadId },
  { lengths: widerLengths },
]

/** Registers the tests. */
export function testBatchesAndPadding({ open, samplings, steps, variations }: Coverage): void {
  const folder = temporaryFolder()
  let model: Model
  let generator: Generator
  const generate = (
    prompts: readonly (readonly number[])[],
    changes: Partial<GenerationOptions>,
  ): GeneratedRow[] => generator.generate(prompts, { ...sampling, ...changes })
  before(async () => {
    await open()
    await writeToyModel(folder, { scored: true })
    model = loadModel(folder)
    generator = new Generator(model)
  })

  test('generation: a batch of 8 gives the rows of 8 batches of one', () => {
    const together = generate(queries, { firstRow: 20 })
    const alone = queries.flatMap((query, row) => generate([query], { firstRow: 20 + row }))
    assert.deepEqual(alone, together)
    assert.ok(new Set(together.map(({ response }) => response.join())).size > 4, 'rows differ')
    assert.notDeepEqual(generate(queries, { firstRow: 28 }), together, 'other row numbers draw other tokens')
  })

  test('generation: neither padding nor the previous contents of the cache change the rows', () => {
    for (const options of [{}, ...samplings]) {
      const snug = generate(queries, { ...options, queryLength: snugLengths.queryLength })
      assert.deepEqual(generate(queries, { ...options, queryLength: widerLengths.queryLength }), snug)
      assert.deepEqual(generate(queries, { ...options, padId: otherPadId }), snug)
      generate(queries.toReversed(), { ...options, seed: 9 })
      assert.deepEqual(generate(queries, options), snug)
    }
  })

  test('what is recorded while sampling equals a forward pass over the responses', () => {
    const rows = generate(queries, { temperature: 0.7, measure: true, maxNewTokens: 6 })
    const sampled = rows.map((row, i) => ({ ...row, promptId: `${i}`, query: queries[i]! }))
    const lengths = { ...snugLengths, responseLength: 8 }
    const passed = measureByForwardPass(model, sampled, 0.7, { padId, lengths, chunk: 8 })
    const view = ({ logprobs, entropy, values }: GeneratedRow) =>
      Float32Array.from([...logprobs, ...entropy, ...values])
    assertRowsNear(sampled.map(view), passed.map(view), 'sampled')
  })

  test('token rewards depend on neither batch nor padding', () => {
    const scorer = new RewardScorer(model, 'bt-changed', padId)
    const junk = new RewardScorer(model, 'bt-changed', otherPadId)
    const expected = scorer.tokenRewards(samples, 8, snugLengths)
    assertRowsNear(scorer.tokenRewards(samples, 1, snugLengths), expected, 'one by one')
    assertRowsNear(scorer.tokenRewards(samples, 3, snugLengths), expected, 'in batches of three')
    assertRowsNear(scorer.tokenRewards(samples, 8, widerLengths), expected, 'padded further')
    assert.deepEqual(junk.tokenRewards(samples, 8, snugLengths), expected, 'other ids in the padding')
    scorer.dispose()
    junk.dispose()
  })

  test('log-probabilities, entropy and values depend on neither batch nor padding', () => {
    const scored = (lengths: ResponseLengths, chunk: number, pad = padId) =>
      rolloutRows(model, lengths, chunk, pad)
    const expected = scored(snugLengths, 8)
    assertRowsNear(scored(snugLengths, 1), expected, 'one by one')
    assertRowsNear(scored(widerLengths, 8), expected, 'padded further')
    assert.deepEqual(scored(snugLengths, 8, otherPadId), expected, 'other ids in the padding')
  })

  testSteps(folder, { steps, variations })
}

function testSteps(folder: string, { steps, variations }: Pick<Coverage, 'steps' | 'variations'>): void {
  for (const step of steps) {
    test(`${step} step: neither micro-batches nor padding change the parameters`, async () => {
      const expected = await parametersAfterStep(step, folder)
      for (const variation of variations) {
        const { size, at } = largestDifference(await parametersAfterStep(step, folder, variation), expected)
        assert.ok(size <= parameterTolerance, `${JSON.stringify(variation)}: ${at} differs by ${size}`)
      }
    })
  }
}

/** Each sample's log-probabilities, entropies and values in one row. */
function rolloutRows(policy: Model, lengths: ResponseLengths, chunk: number, pad: number): Float32Array[] {
  const value = copyModel(policy)
  addScoreHead(value, 1)
  const scorer = new RolloutScorer({ policy, refPolicy: value, value }, 0.7)
  const measured = measureByForwardPass(value, samples, 0.7, { padId: pad, lengths, chunk })
  const rollout = completed(scorer.score(measured, { padId: pad, lengths, chunk }))
  scorer.dispose()
  disposeModel(value)
  return samples.map(({ response }, row) => rowOf(rollout, row, response.length, lengths.responseLength))
}

function rowOf(rollout: Rollout, row: number, length: number, width: number): Float32Array {
  const grids = [rollout.logprobs, rollout.refLogprobs, rollout.entropy, rollout.values!]
  for (const grid of grids) {
    const padding = grid.subarray(row * width + length, (row + 1) * width)
    assert.ok(
      padding.every((x) => x === 0),
      'zero outside the mask',
    )
  }
  return Float32Array.from(grids.flatMap((grid) => [...grid.subarray(row * width, row * width + length)]))
}

function assertRowsNear(actual: Float32Array[], expected: Float32Array[], what: string): void {
  const named = (rows: Float32Array[]) => Object.fromEntries(rows.map((row, i) => [`row ${i}`, [...row]]))
  const { size, at } = largestDifference(named(actual), named(expected))
  assert.ok(size <= scoreTolerance, `${what}: ${at} differs by ${size}`)
  assert.deepEqual(
    actual.map((row) => row.length),
    expected.map((row) => row.length),
  )
}
