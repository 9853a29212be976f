/** The curve's learners and figures, with steps that know what each reward model would score. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Item } from '../../../electron/contract/records.ts'
import { RewardCurve } from '../../../electron/contract/reward-curve.ts'
import { RewardConfig } from '../../../electron/contract/run-kinds/reward.ts'
import {
  learnersOf,
  type RewardCurvePlan,
  type RewardCurveSteps,
  runRewardCurve,
} from '../../../electron/host/experiment/reward-curve.ts'
import { newItem } from '../../storage/scratch.ts'

const plan: RewardCurvePlan = {
  counts: [100, 1000],
  votesPerEdit: 6,
  schemes: ['sequence', 'bt-changed'],
  seeds: [1, 2],
  reward: RewardConfig.parse({}),
}

/** Two questions: three votes on the first, one on the second. */
const votes = [0, 0, 0, 1].map(
  (question, i): Item => ({
    ...newItem(question),
    id: `vote_${i}`,
    chosen: `good ${i}`,
    rejected: `bad ${i}`,
  }),
)

function stepsThat(isRight: (model: string, response: string) => boolean) {
  const trained: string[] = []
  const steps: RewardCurveSteps = {
    trainingRows: (pairs) => (pairs === 'edited' ? 400 : 2000),
    heldoutVotes: () => votes,
    heldoutEdits: () => [{ item: newItem(0), rejected: 'bad', edited: 'good' }],
    async trainReward(name) {
      trained.push(name)
      const result = {
        run: 'run',
        name,
        state: 'done' as const,
        step: 1,
        reason: null,
        dropped: 0,
        cut: 0,
        scale: null,
      }
      const tokens = { auroc: 0.8, keptMean: 0, meanByPosition: [] }
      const heldout = { pairs: 1, accuracy: 1, margin: 1, calibrationError: null, tokens }
      return {
        ...result,
        model: name,
        metrics: new Map(),
        heldout,
        heldoutF1: 0.6,
        spanAgreement: null,
        editors: null,
        spanAuroc: {},
      }
    },
    score: async (model, rows) =>
      rows.map(({ response }) => {
        const sign = response.startsWith('good') === isRight(model, response) ? 1 : -1
        return { score: sign, tokens: [] }
      }),
  }
  return { steps, trained }
}

test('learners cost the same: votes are as many as their price, and counts beyond the data stand for all', () => {
  const { steps } = stepsThat(() => true)
  const learners = learnersOf(plan, steps)
  assert.deepEqual(
    learners.map(({ learnedFrom, scheme, rows, cost }) => [learnedFrom, scheme, rows, cost]),
    [
      ['edits', 'sequence', 100, 100],
      ['edits', 'sequence', 400, 400],
      ['edits', 'bt-changed', 100, 100],
      ['edits', 'bt-changed', 400, 400],
      ['votes', 'sequence', 600, 100],
      ['votes', 'sequence', 2000, 2000 / 6],
    ],
  )
})

test('accuracies count each question once, over the seeds, and token figures only where tokens are rewarded', async () => {
  const { steps, trained } = stepsThat(
    (model, response) => !(model.includes('seed2') && response.endsWith('3')),
  )
  const curve = RewardCurve.parse(await runRewardCurve({ ...plan, counts: [100] }, steps))
  assert.equal(trained.length, 6)
  assert.deepEqual(curve.heldout, { questions: 2, votes: 4, edits: 1 })
  for (const point of curve.points) {
    // Seed 1 has all votes right; seed 2 misses the only one on the second question.
    assert.equal(point.voteAccuracy!.value, 0.75)
    assert.ok(point.voteAccuracy!.interval.low < 0.75 && point.voteAccuracy!.interval.high >= 0.75)
    assert.equal(point.editAccuracy!.value, 1)
    assert.equal(point.tokenAuroc, point.scheme === 'sequence' ? null : 0.8)
  }
})

test('without held-out votes there is no accuracy on them, rather than a guess', async () => {
  const { steps } = stepsThat(() => true)
  const curve = await runRewardCurve({ ...plan, counts: [100] }, { ...steps, heldoutVotes: () => [] })
  assert.deepEqual(
    curve.points.map(({ voteAccuracy }) => voteAccuracy),
    [null, null, null],
  )
})
