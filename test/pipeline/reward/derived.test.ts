/** Derived token rewards, against NumPy (test/golden/make_reward_derivations.py). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Derivation, RewardScheme } from '../../../electron/contract/run-kinds/reward.ts'
import {
  canRewardTokens,
  derivations,
  derivedScorer,
  type TokenScorer,
} from '../../../electron/pipeline/reward/derived.ts'
import { schemes } from '../../../electron/pipeline/reward/schemes.ts'
import { assertClose, readGolden } from '../../golden.ts'

interface Golden {
  prefixScores: number[][]
  red: number[][]
  confident: number[][]
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
