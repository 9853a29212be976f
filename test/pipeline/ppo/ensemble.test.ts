/** Ensembles of reward models, against NumPy (test/golden/make_reward_derivations.py). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ensembleRewards, ensembleScorer } from '../../../electron/pipeline/ppo/ensemble.ts'
import type { ResponseScorer } from '../../../electron/pipeline/ppo/reward-models.ts'
import { assertClose, readGolden } from '../../golden.ts'

interface Golden {
  members: number[][]
  penalty: number
  ensemble: number[]
}

const golden = readGolden<Golden>('reward-derivations.json')
const lengths = { queryLength: 1, responseLength: 1 }
/** Gives the same rewards to whatever it is asked; a response's score is their mean. */
function scorerOf(rewards: readonly number[]): ResponseScorer {
  return { tokenRewards: () => [new Float32Array(rewards)], sequenceScore: (row) => mean([...row]) }
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

describe('ensembles', () => {
  test("mean minus deviation equals NumPy's", () => {
    assertClose(ensembleRewards(golden.members, golden.penalty), golden.ensemble, 'rewards')
  })

  test('a member counts in its own unit, and a score is never above that of the scores', () => {
    const [a, b] = [golden.members[0]!, golden.members[1]!]
    const member = (row: number[], center: number, unit: number) => ({
      scorer: scorerOf(row.map((x) => center + unit * x)),
      scale: { center, deviation: unit },
    })
    const ensemble = ensembleScorer([member(a, 3, 10), member(b, -2, 0.5)], 1)
    const [rewards] = ensemble.tokenRewards([], 1, lengths)
    assertClose(rewards!, [...ensembleRewards([a, b], 1)], 'rewards')
    const scores = [mean(a), mean(b)]
    assert.ok(ensemble.sequenceScore(rewards!) <= mean(scores) - deviation(scores) + 1e-6)
  })

  test('members that reward different tokens are refused', () => {
    assert.throws(() => ensembleRewards([[1, 2], [1]], 1), /same tokens/)
    assert.throws(() => ensembleRewards([], 1), /needs a reward model/)
  })
})
