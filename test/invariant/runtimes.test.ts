/** The compiled runtime, TensorFlow op by op, and wasm give the same results, each in a separate process. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { RuntimeOptions } from '../../electron/engine/runtime/runtime.ts'
import { runChild } from './children.ts'
import { compiledRuntimeOrSkip, quickCompilation } from './compiled.ts'
import type { RuntimePlan, RuntimeResults } from './runtime-child.ts'
import { largestDifference, type Parameters, type StepName, stepNames } from './steps.ts'
import { temporaryFolder, writeToyModel } from './toy.ts'

/** Of parameters of size 1 that the step moved by about 0.005; measured 2.5e-7. */
const parameterTolerance = 2e-6
/** The largest difference of token rewards of size 1; measured 2e-6. */
const rewardTolerance = 1e-5
/** Steps whose machine code XLA optimises, as it does for a user; the others are compiled in a third of the time. */
const optimised: readonly StepName[] = ['sft', 'ppo shared']
/** A step must move parameters by more than this, so that the tolerance is meaningful. */
const leastMove = 1e-3

test('compiled, eager and wasm sample the same tokens and make the same steps of every kind', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  const folder = temporaryFolder()
  const policy = await writeToyModel(path.join(folder, 'policy'))
  const rewardModel = await writeToyModel(path.join(folder, 'reward'), { seed: 2, scored: true })
  const run = async (options: RuntimeOptions, steps: readonly StepName[], env: NodeJS.ProcessEnv = {}) => {
    const plan: RuntimePlan = { options, policy, rewardModel, steps }
    const { output } = await runChild('runtime-child.ts', [JSON.stringify(plan)], env)
    return JSON.parse(output) as RuntimeResults
  }
  const others = stepNames.filter((name) => !optimised.includes(name))
  const [compiled, unoptimised, eager, wasm] = await Promise.all([
    run({}, optimised),
    run({}, others, { XLA_FLAGS: quickCompilation }),
    run({ eager: true }, stepNames),
    run({ kind: 'wasm' }, stepNames),
  ])
  const expected = { ...compiled.steps, ...unoptimised.steps } as Record<StepName, Parameters>

  await t.test('each ran on its runtime', () => {
    assert.deepEqual(compiled.runtime, { kind: 'tensorflow', compiles: true })
    assert.deepEqual(eager.runtime, { kind: 'tensorflow', compiles: false })
    assert.deepEqual(wasm.runtime, { kind: 'wasm', compiles: false })
  })
  for (const [name, other] of [
    ['eager', eager],
    ['wasm', wasm],
  ] as const) {
    await t.test(`generation: compiled = ${name}`, () => {
      assert.deepEqual(other.sampled, compiled.sampled)
      assert.deepEqual(other.greedy, compiled.greedy)
      assert.notDeepEqual(compiled.sampled, compiled.greedy)
    })
    await t.test(`token rewards: compiled = ${name}`, () => {
      assertNear(
        { rewards: other.tokenRewards.flat() },
        { rewards: compiled.tokenRewards.flat() },
        rewardTolerance,
      )
    })
    for (const step of stepNames) {
      await t.test(`${step} step: compiled = ${name}`, () => {
        assertNear(other.steps[step]!, expected[step], parameterTolerance)
      })
    }
  }
  await t.test('every kind of step moved the parameters, each differently', () => {
    for (const step of stepNames) {
      for (const other of stepNames.filter((name) => name > step)) {
        const { size } = largestDifference(expected[step], expected[other])
        assert.ok(size > leastMove, `${step} and ${other} differ by ${size}`)
      }
    }
  })
})

function assertNear(actual: Parameters, expected: Parameters, tolerance: number): void {
  const { size, at } = largestDifference(actual, expected)
  assert.ok(size <= tolerance, `${at} differs by ${size}`)
}
