/**
 * Token rewards without token labels, derived from a reward model that scores whole responses: one row per derivation.
 * Such a model is causal, so its scalar at token t is its score of the response up to t, sₜ. Every derivation redistributes:
 * its rewards sum to the score of the whole response.
 */
import type { Derivation, RewardScheme } from '../../contract/run-kinds/reward.ts'
import type { QueryResponse, ResponseLengths } from '../../engine/training/batch.ts'
import { type Scheme, schemes } from './schemes.ts'

/** How a confidence is measured: differences smaller than this many root mean squares of the response's are not sure. */
const sureDifference = 1

/** @param prefixScores s₁ … s_T of a response of one token or more @returns T rewards that sum to s_T */
type Derive = (prefixScores: ArrayLike<number>) => Float32Array

export const derivations: Record<Derivation, Derive> = {
  /**
   * rₜ = sₜ − sₜ₋₁ (RED: Li et al. 2024, as it is known from its abstract and from implementations). The score before the
   * first token depends on the prompt alone, and is left in r₁ (s₀ = 0).
   */
  red: differences,
  /**
   * The same where the model is sure, and 0 at tokens whose difference is smaller than the root mean square of the
   * differences after the first; what those leave out is paid at the last token. This project's own control.
   */
  confident(prefixScores) {
    const all = differences(prefixScores)
    const moves = all.slice(1)
    const size = Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / Math.max(1, moves.length))
    const rewards = all.map((move, t) => (t > 0 && Math.abs(move) >= sureDifference * size ? move : 0))
    const paid = rewards.reduce((sum, reward) => sum + reward, 0)
    rewards[rewards.length - 1]! += prefixScores[prefixScores.length - 1]! - paid
    return rewards
  },
}

function differences(prefixScores: ArrayLike<number>): Float32Array {
  return Float32Array.from(prefixScores, (score, t) => score - (t === 0 ? 0 : prefixScores[t - 1]!))
}

/** The derivations that a scheme allows: none if it rewards tokens itself, or if its score is not that of the last token. */
export function derivationsOf(scheme: Pick<Scheme, 'rewardsTokens' | 'score'>): Derivation[] {
  return scheme.rewardsTokens || scheme.score !== 'last' ? [] : (Object.keys(derivations) as Derivation[])
}

/** What scores responses token by token, as PPO asks for it. */
export interface TokenScorer {
  tokenRewards(
    responses: readonly QueryResponse[],
    batchSize: number,
    lengths: ResponseLengths,
  ): Float32Array[]
  sequenceScore(tokenRewards: ArrayLike<number>): number
}

/** @returns a scorer of single tokens, made of one of whole responses; their scores stay the same */
export function derivedScorer(scorer: TokenScorer, name: Derivation): TokenScorer {
  return {
    tokenRewards: (...asked) => scorer.tokenRewards(...asked).map(derivations[name]),
    sequenceScore: (rewards) => Array.from(rewards).reduce((sum, reward) => sum + reward, 0),
  }
}

/** Whether PPO can pay a reward at every token with a model of this scheme, derived if it says how. */
export function canRewardTokens(scheme: RewardScheme, derivation: Derivation | null): boolean {
  const row = schemes[scheme]
  return derivation === null ? row.rewardsTokens : derivationsOf(row).includes(derivation)
}
