/** Best of n: the response that a reward model rates highest, by its own rule or by what token rewards add up to. */
import type { BestBy } from '../../contract/best-of.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { schemes, sequenceScore } from './schemes.ts'

/**
 * By `score` it is S(y) of the scheme: the mean of token rewards, or the last token's. By `sum` it is Σ_t (r_t - centre),
 * which PPO with token placement raises, up to its scale; longer responses can have more of it.
 * @param centre the mean reward of kept tokens
 */
export function responseRating(
  rewards: readonly number[],
  { scheme, by, centre }: { scheme: RewardScheme; by: BestBy; centre: number },
): number {
  return ratings[by](rewards, scheme, centre)
}

const ratings: Record<BestBy, (rewards: readonly number[], scheme: RewardScheme, centre: number) => number> =
  {
    score: (rewards, scheme) => sequenceScore(scheme, rewards),
    sum: (rewards, _scheme, centre) => rewards.reduce((sum, reward) => sum + reward - centre, 0),
  }

/** Whether responses can be rated so under a scheme: `sum` needs rewards that mean something at single tokens. */
export function canRateBy(by: BestBy, scheme: RewardScheme): boolean {
  return by === 'score' || schemes[scheme].rewardsTokens
}

/** @param ratings null for a response that could not be rated @returns the first of the highest; null if none has one */
export function indexOfBest(ratings: readonly (number | null)[]): number | null {
  let best: number | null = null
  for (const [i, rating] of ratings.entries())
    if (rating !== null && (best === null || rating > ratings[best]!)) best = i
  return best
}

/**
 * log n - (n - 1) / n nats: KL(best of n ‖ policy) is at most this, and about this if equal responses are rare (Beirami
 * et al. 2024). It needs no measurement.
 */
export function bestOfKl(n: number): number {
  return Math.log(n) - (n - 1) / n
}
