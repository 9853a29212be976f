/** PPO's formulas against PyTorch and numpy in float64 (test/golden/make_ppo.py). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { explainedVariance, gae, whiten } from '../../../electron/pipeline/ppo/advantages.ts'
import { bounds } from '../../../electron/pipeline/ppo/bounds.ts'
import { policyLoss, valueLoss } from '../../../electron/pipeline/ppo/losses.ts'
import {
  adaptKlCoef,
  atLastToken,
  klK3PerToken,
  klPerToken,
  penalizeMissingEos,
  tokenRewardScale,
  tokenScores,
  withKlPenalty,
} from '../../../electron/pipeline/ppo/rewards.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Rows = number[][]
interface Golden {
  config: Record<'klCoef' | 'rewardClip' | 'missingEosPenalty' | 'clipRange' | 'clipRangeValue', number>
  responseMask: Rows
  hasEos: number[]
  logprobs: Rows
  refLogprobs: Rows
  newLogprobs: Rows
  tokenRewards: Rows
  scores: number[]
  values: Rows
  newValues: Rows
  normaliser: {
    referenceRewards: Rows
    heldOutRewards: number[]
    heldOutKept: number[]
    keptMean: number
    sigma: number
  }
  kl: { k1: Rows; k3: Rows }
  rewards: { token: Rows; sequence: Rows; sequenceMissingEos: Rows }
  gae: { gamma: number; gaeLambda: number; advantages: Rows; returns: Rows }[]
  whitened: { population: { meanRemoved: Rows }; sample: { meanRemoved: Rows } }
  policy: { loss: number; clipfrac: number; approxKlSquared: number; meanRatio: number; gradient: Rows }
  value: { loss: number; clipfrac: number; gradient: Rows }
  explainedVariance: number
  adaptiveKl: {
    target: number
    horizon: number
    steps: number
    initial: number
    kl: number[]
    klCoef: number[]
  }
}

const golden = readGolden<Golden>('ppo.json')
const length = golden.responseMask[0]!.length
const grid = (rows: Rows) => Float32Array.from(rows.flat())
const mask = grid(golden.responseMask)
const tokens = { responseMask: mask, responseLength: length }
const masked = { mask: golden.responseMask }

test('the k1 and k3 estimators of KL are the golden ones and zero off the mask', () => {
  assertClose(klPerToken(grid(golden.logprobs), grid(golden.refLogprobs), mask), golden.kl.k1, 'k1', masked)
  assertClose(klK3PerToken(grid(golden.logprobs), grid(golden.refLogprobs), mask), golden.kl.k3, 'k3', masked)
})

test('the reward scale is centred on kept tokens and divided by the deviation of summed reference returns', () => {
  const samples = golden.normaliser.referenceRewards.map((row) => Float32Array.from(row))
  const scale = tokenRewardScale(samples, golden.normaliser.keptMean)
  assertClose([scale.deviation], golden.normaliser.sigma, 'sigma')
})

test('rewards at every token and at the last token are the golden ones', () => {
  const { klCoef, rewardClip, missingEosPenalty } = golden.config
  const kl = klPerToken(grid(golden.logprobs), grid(golden.refLogprobs), mask)
  const scale = { center: golden.normaliser.keptMean, deviation: golden.normaliser.sigma }
  const token = withKlPenalty(
    bounds.token.tokens(tokenScores(grid(golden.tokenRewards), mask, scale), tokens, {
      limit: rewardClip,
      deviation: scale.deviation,
    }),
    kl,
    klCoef,
  )
  assertClose(token, golden.rewards.token, 'token placement', masked)
  const placed = atLastToken(golden.scores, tokens)
  assertClose(withKlPenalty(placed, kl, klCoef), golden.rewards.sequence, 'sequence placement', masked)
  const ended = golden.hasEos.map(Boolean)
  const penalized = penalizeMissingEos(placed, ended, tokens, missingEosPenalty)
  assertClose(withKlPenalty(penalized, kl, klCoef), golden.rewards.sequenceMissingEos, 'missing EOS', masked)
})

test('advantages and returns follow GAE for every gamma and lambda', () => {
  for (const setting of golden.gae) {
    const rewards = grid(golden.rewards.token)
    const { advantages, returns } = gae(rewards, grid(golden.values), tokens, setting)
    assertClose(advantages, setting.advantages, `advantages ${setting.gaeLambda}`, masked)
    assertClose(returns, setting.returns, `returns ${setting.gaeLambda}`, masked)
  }
})

test('whitening uses the mean and variance of the mask only', () => {
  const whitened = whiten(grid(golden.gae[0]!.advantages), mask)
  assertClose(whitened, golden.whitened.population.meanRemoved, 'whitened', masked)
})

test('explained variance is the golden one', () => {
  const value = explainedVariance(grid(golden.values), grid(golden.gae[0]!.returns), mask)
  assertClose([value], golden.explainedVariance, 'explained variance')
})

test('policy and value losses and their gradients are those of autograd', async () => {
  await openRuntime()
  const matrix = (rows: Rows) => tf.tensor2d(rows)
  const count = tf.scalar(mask.reduce((a, b) => a + b))
  const ofPolicy = (newLogprobs: tf.Tensor) =>
    policyLoss(
      {
        newLogprobs,
        logprobs: matrix(golden.logprobs),
        advantages: matrix(golden.whitened.sample.meanRemoved),
        responseMask: matrix(golden.responseMask),
        tokens: count,
      },
      golden.config.clipRange,
    )
  const policy = ofPolicy(matrix(golden.newLogprobs))
  const { loss, clipfrac, approxkl, ratio } = policy
  const measured = [loss, clipfrac, approxkl, ratio].map((t) => t.dataSync()[0]!)
  assertClose(
    measured,
    [golden.policy.loss, golden.policy.clipfrac, golden.policy.approxKlSquared, golden.policy.meanRatio],
    'policy',
  )
  const policyGradient = tf.grad((x) => ofPolicy(x).loss)(matrix(golden.newLogprobs))
  assertClose(policyGradient.dataSync(), golden.policy.gradient, 'policy gradient', masked)

  const ofValue = (newValues: tf.Tensor) =>
    valueLoss(
      {
        newValues,
        values: matrix(golden.values),
        returns: matrix(golden.gae[0]!.returns),
        responseMask: matrix(golden.responseMask),
        tokens: count,
      },
      golden.config.clipRangeValue,
    )
  const value = ofValue(matrix(golden.newValues))
  assertClose(
    [value.loss.dataSync()[0]!, value.clipfrac.dataSync()[0]!],
    [golden.value.loss, golden.value.clipfrac],
    'value',
  )
  const valueGradient = tf.grad((x) => ofValue(x).loss)(matrix(golden.newValues))
  assertClose(valueGradient.dataSync(), golden.value.gradient, 'value gradient', masked)
})

test('the adaptive KL coefficient follows its controller', () => {
  const { target, horizon, steps, initial, kl, klCoef } = golden.adaptiveKl
  let coefficient = initial
  const trajectory = kl.map(
    (value) => (coefficient = adaptKlCoef(coefficient, value, steps, { target, horizon })),
  )
  assertClose(trajectory, klCoef, 'klCoef')
  assert.equal(adaptKlCoef(0.1, 50, steps, null), 0.1)
})
