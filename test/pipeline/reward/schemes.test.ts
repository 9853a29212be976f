/** A reward scheme is a row of its table and a loss; no other code decides by its name. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { RewardScheme } from '../../../electron/contract/run-kinds/reward.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import {
  preferenceLogit,
  rewardOfScalar,
  schemes,
  sequenceScore,
} from '../../../electron/pipeline/reward/schemes.ts'
import { sequenceScoreTensor, tokenRewardTensor } from '../../../electron/pipeline/reward/tensors.ts'
import { assertClose } from '../../golden.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const table = 'electron/pipeline/reward/schemes.ts'

/** Comparisons with a scheme's name, and switches on it. */
function decisionsByName(code: string): string[] {
  const name = `['"\`](?:${RewardScheme.options.join('|')})['"\`]`
  const decisions = [
    `[!=]==?\\s*${name}`,
    `${name}\\s*[!=]==?`,
    `case\\s+${name}`,
    `switch \\([^)]*scheme\\)`,
  ]
  return code.match(new RegExp(decisions.join('|'), 'g')) ?? []
}

describe('no code but the table decides by a scheme', () => {
  test('in the product', () => {
    const files = ['electron', 'renderer'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.tsx?$/.test(file))
        .map((file) => `${folder}/${file.split(path.sep).join('/')}`),
    )
    assert.ok(files.includes(table))
    const found = files.flatMap((file) =>
      file === table
        ? []
        : decisionsByName(readFileSync(path.join(root, file), 'utf8')).map((text) => `${file}: ${text}`),
    )
    assert.deepEqual(found, [], `move these decisions to ${table}`)
  })

  for (const code of [
    "if (scheme === 'sequence') return last(rewards)",
    "const tokens = config.scheme !== 'regress' ? rewards : null",
    "'bt-mean' == card.scheme",
    "switch (kind) { case 'classify': return 1 }",
    'switch (config.scheme) { default: return 1 }',
  ])
    test(`found: ${code}`, () => assert.equal(decisionsByName(code).length, 1))

  for (const code of [
    "reward: { scheme: 'sequence' }, placement: 'sequence'",
    "schemes[scheme].score === 'last'",
    "RewardConfig.parse({ scheme: 'bt-mean' })",
  ])
    test(`allowed: ${code}`, () => assert.deepEqual(decisionsByName(code), []))
})

describe('numbers and tensors follow the same rule', () => {
  const scalars = [
    [0.5, -2, 1.5, 3],
    [-1, 0.25, 7, 7],
  ]
  const lengths = [4, 2]
  const mask = lengths.map((length) => scalars[0]!.map((_, t) => (t < length ? 1 : 0)))
  const responses = scalars.map((row, i) => row.slice(0, lengths[i]))

  before(() => openRuntime())

  for (const scheme of RewardScheme.options)
    test(scheme, () => {
      const rewardsOf = (row: number[]) => row.map((scalar) => rewardOfScalar(scheme, scalar))
      const rewards = tokenRewardTensor(scheme, tf.tensor2d(scalars)).dataSync()
      assertClose(rewards, scalars.flatMap(rewardsOf), 'rewards')
      const sides = { scalars: tf.tensor2d(scalars), mask: tf.tensor2d(mask) }
      const scores = sequenceScoreTensor(scheme, sides).dataSync()
      assertClose(
        scores,
        responses.map((row) => sequenceScore(scheme, rewardsOf(row))),
        'scores',
      )
    })
})

test('the log-odds are those that the scheme was trained to give', () => {
  const rejected = { labels: [0, -1, -1, 0], rewards: [5, -2, -0.5, 7] }
  const chosen = { labels: [0, 1, 0], rewards: [5, 1.5, 7] }
  const logit = (scheme: RewardScheme, margin: number) =>
    preferenceLogit(scheme, { rejected, chosen, margin })
  assert.equal(logit('sequence', 0.25), 0.25)
  assert.equal(logit('bt-mean', -0.5), -0.5)
  assert.equal(logit('bt-changed', 0.25), 1.5 + 2.5)
  assert.equal(logit('bt-mean-changed', 0.25), 1.5 + 2.5 / 2)
  assert.equal(logit('bt-balanced', 0.25), 1.5 + 2.5 / 2)
  const unchanged = { labels: [0, 0], rewards: [5, 7] }
  assert.equal(preferenceLogit('bt-mean-changed', { rejected: unchanged, chosen, margin: 0.25 }), 1.5)
  for (const scheme of ['classify', 'regress'] as const) assert.equal(logit(scheme, 0.25), null)
})

test('a scheme without token rewards scores a response by its last token', () => {
  const [scheme] = RewardScheme.options.filter((option) => !schemes[option].rewardsTokens)
  assert.equal(sequenceScore(scheme!, [1, 2, 4]), 4)
  assert.equal(sequenceScore('classify', [1, 2, 4]), 7 / 3)
})
