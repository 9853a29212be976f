/** Derived token rewards and ensembles, against NumPy (test/golden/make_reward_derivations.py). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Derivation, RewardScheme } from '../../../electron/contract/run-kinds/reward.ts'
import {
  canRewardTokens,
  derivations,
  derivedScorer,
  type TokenScorer,
} from '../../../electron/pipeline/reward/derived.ts'
import { ensembleRewards, ensembleScorer } from '../../../electron/pipeline/reward/ensemble.ts'
import { schemes } from '../../../electron/pipeline/reward/schemes.ts'
import { assertClose, readGolden } from '../../golden.ts'

interface Golden {
  prefixScores: number[][]
  red: number[][]
  confident: number[][]
  members: number[][]
  penalty: number
  ensemble: number[]
}

const golden = readGolden<Golden>('reward-derivations.json')
const lengths = { queryLength: 1, responseLength: 1 }

/** Gives the same rewards to whatever it is asked. */
function scorerOf(rewards: readonly number[][], scheme: RewardScheme): TokenScorer {
  return {
    tokenRewards: () => rewards.map((row) => new Float32Array(row)),
    sequenceScore: (row) => (schemes[scheme].score === 'last' ? row[row.length - 1]! : mean(Array.from(row))),
  }
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

describe('derived token rewards', () => {
  for (const name of Derivation.options) {
    test(`${name}: equal to NumPy's`, () => {
      for (const [i, scores] of golden.prefixScores.entries())
        assertClose(derivations[name](scores), golden[name][i]!, `response ${i}`)
    })

    test(`${name}: a response keeps its score`, () => {
      const derived = derivedScorer(scorerOf(golden.prefixScores, 'sequence'), name)
      const scores = derived.tokenRewards([], 4, lengths).map((row) => derived.sequenceScore(row))
      assertClose(
        scores,
        golden.prefixScores.map((row) => row.at(-1)!),
        'scores',
      )
    })
  }

  test('only a scheme that scores whole responses at the last token is redistributed', () => {
    for (const scheme of RewardScheme.options) {
      assert.equal(canRewardTokens(scheme, null), scheme !== 'sequence', scheme)
      assert.equal(canRewardTokens(scheme, 'red'), scheme === 'sequence', scheme)
    }
  })
})

describe('ensembles', () => {
  test("mean minus deviation equals NumPy's", () => {
    assertClose(ensembleRewards(golden.members, golden.penalty), golden.ensemble, 'rewards')
  })

  test('a member counts in its own unit, and a score is never above that of the scores', () => {
    const [a, b] = [golden.members[0]!, golden.members[1]!]
    const member = (row: number[], center: number, unit: number) => ({
      scorer: scorerOf([row.map((x) => center + unit * x)], 'bt-mean'),
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
