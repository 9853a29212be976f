/** Bounds, placements and credit estimators against numpy and TRL in float64 (test/golden/make_ppo_credit.py). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { type Placement, placementNames } from '../../../electron/contract/run-kinds/ppo-choices.ts'
import { bounds } from '../../../electron/pipeline/ppo/bounds.ts'
import { type CreditSettings, estimateCredit, rewardsToGo } from '../../../electron/pipeline/ppo/credit.ts'
import { type Judged, placedScores } from '../../../electron/pipeline/ppo/placements.ts'
import {
  atLastToken,
  normalized,
  penalizeMissingEos,
  type RewardScale,
  tokenScores,
} from '../../../electron/pipeline/ppo/rewards.ts'
import { promptsOfStep } from '../../../electron/pipeline/ppo/rollout.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Rows = number[][]
interface Golden {
  config: Record<'rewardClip' | 'tokenWeight' | 'gamma' | 'samplesPerPrompt', number>
  responseMask: Rows
  tokenRewards: Rows
  tokenScale: RewardScale
  scores: number[]
  sequenceScale: RewardScale
  segmentEnd: Rows
  bounds: Record<PpoConfig['rewardBound'], { tokens: Rows; scores: number[] }>
  placements: Record<'response' | 'par', Record<'shaped' | 'shapedSegments' | 'mixed', Rows>>
  rewards: Rows
  credit: Record<'toGo' | 'reinforce++' | 'rloo' | 'group', Rows>
  atEnd: Record<'rloo' | 'group', number[]>
}

const golden = readGolden<Golden>('ppo-credit.json')
const { rewardClip } = golden.config
const grid = (rows: Rows) => Float32Array.from(rows.flat())
const responseLength = golden.responseMask[0]!.length
const batch = { responseMask: grid(golden.responseMask), responseLength }
const masked = { mask: golden.responseMask }

const judged: Judged = {
  batch,
  tokenRewards: grid(golden.tokenRewards),
  tokenScale: golden.tokenScale,
  sequenceScores: golden.scores,
  sequenceScale: golden.sequenceScale,
  segmentEnd: null,
}
const settings = PpoConfig.parse(golden.config)
const place = (placement: Placement, changes: Partial<PpoConfig> = {}, of = judged) =>
  placedScores(of, { ...settings, placement, ...changes })
/** What each response earns. */
const sums = (scores: Float32Array) =>
  golden.scores.map((_, b) =>
    scores.subarray(b * responseLength, (b + 1) * responseLength).reduce((sum, x) => sum + x, 0),
  )

for (const [kind, { tokens, scores }] of Object.entries(golden.bounds) as [
  PpoConfig['rewardBound'],
  Golden['bounds']['par'],
][])
  test(`the bound ${kind} gives the golden token scores and scores`, () => {
    const unbounded = tokenScores(judged.tokenRewards, batch.responseMask, golden.tokenScale)
    const ofTokens = { limit: rewardClip, deviation: golden.tokenScale.deviation }
    assertClose(bounds[kind].tokens(unbounded, batch, ofTokens), tokens, 'tokens', masked)
    const ofScores = { limit: rewardClip, deviation: golden.sequenceScale.deviation }
    const bounded = golden.scores.map((score) =>
      bounds[kind].score(normalized(score, golden.sequenceScale), ofScores),
    )
    assertClose(bounded, scores, 'scores')
  })

test('in every placement a response earns at most the limit, and credit keeps its signs and proportions', () => {
  for (const placement of placementNames)
    for (const sum of sums(place(placement))) assert.ok(Math.abs(sum) <= rewardClip + 1e-5, placement)
  const perToken = sums(place('token', { rewardBound: 'token', rewardClip: 0.5 }))
  assert.ok(perToken.some((sum) => Math.abs(sum) > 0.5))
  const [free, bound] = [place('token', { rewardClip: null }), place('token')]
  for (let b = 0; b < golden.scores.length; b++) {
    const at = b * responseLength
    for (let t = 0; t < responseLength; t++)
      assert.ok(Math.abs(free[at + t]! * bound[at]! - free[at]! * bound[at + t]!) < 1e-5)
  }
})

test('a missing EOS costs a response the same in every placement', () => {
  const ended = golden.scores.map((_, b) => b !== 2)
  for (const placement of placementNames) {
    const placed = place(placement)
    const paid = sums(penalizeMissingEos(placed, ended, batch, 0.75))
    assertClose(
      paid.map((sum, b) => sum - sums(placed)[b]!),
      [0, 0, -0.75, 0, 0, 0],
      placement,
    )
  }
})

for (const kind of ['response', 'par'] as const)
  test(`shaped and mixed placements are the golden ones under the bound ${kind}`, () => {
    const { shaped, shapedSegments, mixed } = golden.placements[kind]
    const bySegment = { ...judged, segmentEnd: grid(golden.segmentEnd) }
    assertClose(place('shaped', { rewardBound: kind }), shaped, 'shaped', masked)
    assertClose(place('shaped', { rewardBound: kind }, bySegment), shapedSegments, 'segments', masked)
    assertClose(place('mixed', { rewardBound: kind }), mixed, 'mixed', masked)
  })

test('shaped placement pays each response its sequence score, whatever its tokens earn', () => {
  for (const rewardBound of ['response', 'token', 'par'] as const)
    assertClose(sums(place('shaped', { rewardBound })), sums(place('sequence', { rewardBound })), rewardBound)
})

test('mixed placement is the token placement at weight 1, and the sequence placement at weight 0', () => {
  assert.deepEqual(place('mixed', { tokenWeight: 1 }), place('token'))
  assert.deepEqual(place('mixed', { tokenWeight: 0 }), place('sequence'))
})

test('rewards to go and the advantages without a critic are the golden ones', () => {
  const rewards = grid(golden.rewards)
  assertClose(rewardsToGo(rewards, batch, golden.config.gamma), golden.credit.toGo, 'to go', masked)
  for (const credit of ['reinforce++', 'rloo', 'group'] as const) {
    const { advantages, returns } = estimateCredit({ rewards, values: null, batch }, { ...settings, credit })
    assertClose(advantages, golden.credit[credit], credit, masked)
    assert.equal(returns, null)
  }
})

test("with one reward at the end, rloo and group give every token TRL's advantage of its response", () => {
  const rewards = atLastToken(golden.scores, batch)
  for (const credit of ['rloo', 'group'] as const) {
    const unshaped: CreditSettings = { ...settings, credit, gamma: 1 }
    const { advantages } = estimateCredit({ rewards, values: null, batch }, unshaped)
    const expected = golden.responseMask.map((row, b) => row.map(() => golden.atEnd[credit][b]!))
    assertClose(advantages, expected, credit, masked)
  }
})

test('a group whose responses earn the same gets no advantage', () => {
  const rewards = atLastToken([1, 1, 1, 2, 2, 2], batch)
  const equal: CreditSettings = { ...settings, credit: 'group', gamma: 1 }
  const { advantages } = estimateCredit({ rewards, values: null, batch }, equal)
  assert.ok(advantages.every((advantage) => advantage === 0))
})

test('the prompts of a step are repeated in a row, and every prompt comes up once per pass', () => {
  const prompts = Array.from({ length: 6 }, (_, i) => ({ id: `${i}`, query: [i] }))
  const of = (samples: number, step: number) =>
    promptsOfStep(prompts, { rolloutBatchSize: 6, samplesPerPrompt: samples, seed: 3 }, step).map(
      ({ id }) => id,
    )
  const alone = of(1, 0)
  assert.deepEqual([...alone].sort(), ['0', '1', '2', '3', '4', '5'])
  const steps = [0, 1, 2].flatMap((step) => of(3, step))
  assert.deepEqual(
    steps,
    alone.flatMap((id) => [id, id, id]),
  )
})
