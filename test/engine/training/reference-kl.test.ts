/** The KL of a policy from its start, by its own samples. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { copyModel } from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { referenceKl } from '../../../electron/engine/training/reference-kl.ts'
import { temporaryFolder, toyExamples, toyTokenizer, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
const { demonstrations } = toyExamples(6, toyTokenizer())

before(async () => {
  await openRuntime({ kind: 'wasm' })
  await writeToyModel(folder)
})

const settings = {
  queries: demonstrations.map(({ query }) => query),
  padId: 0,
  maxNewTokens: 6,
  samples: 400,
  batchSize: 50,
  seed: 3,
}

test('a policy is at no distance from itself', () => {
  const policy = loadModel(folder)
  const { k1, k3 } = referenceKl({
    ...settings,
    samples: 9,
    batchSize: 4,
    policy,
    withReference: (use) => use(policy),
  })!
  assert.ok(Math.abs(k1) < 1e-4 && Math.abs(k3) < 1e-4, `${k1} ${k3}`)
})

test('both estimators agree on a policy that has moved, and the result depends on the seed alone', () => {
  const reference = loadModel(folder)
  const policy = copyModel(reference)
  const [name] = [...policy.parameters.keys()].filter((key) => key.includes('mlp'))
  const moved = policy.parameters.get(name!)!
  tf.tidy(() => moved.assign(tf.mul(moved.read(), 1.8)))
  const measure = (changes = {}) =>
    referenceKl({ ...settings, ...changes, policy, withReference: (use) => use(reference) })!
  const { k1, k3 } = measure()
  assert.ok(k1 > 0.1 && k3 > 0.1, `${k1} ${k3}`)
  assert.ok(Math.abs(k1 - k3) < 0.25 * k3, `k1 ${k1}, k3 ${k3}`)
  const again = measure({ batchSize: 80 })
  assert.ok(Math.abs(again.k1 - k1) < 1e-3, `${again.k1} in other batches`)
  assert.notEqual(measure({ seed: 4 }).k1, k1)
})

test('a prompt that fills the context leaves nothing to measure', () => {
  const policy = loadModel(folder)
  const queries = [Array.from({ length: policy.config.maxPositions }, () => 1)]
  assert.equal(referenceKl({ ...settings, queries, policy, withReference: (use) => use(policy) }), null)
})
