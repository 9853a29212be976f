/**
 * What each reward scheme is: one row per scheme, and no other file decides by a scheme's name. The losses are in
 * `losses.ts`, because the host reads these rows and loads no tensor library.
 */
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'

/** One response: a label and a reward per token. */
export interface LabelledRewards {
  labels: ArrayLike<number>
  rewards: ArrayLike<number>
}

/** A scored pair, by its numbers. */
export interface PairRewards {
  rejected: LabelledRewards
  chosen: LabelledRewards
  /** S(chosen) - S(rejected). */
  margin: number
}

/** How the head's output at a token becomes the token's reward; `tensors.ts` has the same in the graph. */
export const rewardRules = {
  identity: (scalar: number) => scalar,
  /** 2 σ(z) - 1, for a head that is trained as a classifier. */
  tanhHalf: (scalar: number) => Math.tanh(scalar / 2),
}

/** How token rewards become S(y), the score of the response; `tensors.ts` has the same in the graph. */
export const scoreRules = {
  /** Over the response's tokens. */
  mean: (rewards: ArrayLike<number>) => Array.from(rewards).reduce((a, b) => a + b, 0) / rewards.length,
  /** The reward at the last token, which has seen the whole response. */
  last: (rewards: ArrayLike<number>) => rewards[rewards.length - 1]!,
}

export interface Scheme {
  /** Whether the reward of a single token means anything. If so, training needs labelled tokens. */
  rewardsTokens: boolean
  reward: keyof typeof rewardRules
  score: keyof typeof scoreRules
  /** Whether pairs changed on one side only are weighted, so that length gains nothing (`balance.ts`). */
  balancesSides: boolean
  /** Log-odds that `chosen` is the better response, as the loss is trained to give them; null if it compares no pairs. */
  logit: ((pair: PairRewards) => number) | null
}

export const schemes: Record<RewardScheme, Scheme> = {
  'bt-mean': {
    rewardsTokens: true,
    reward: 'identity',
    score: 'mean',
    balancesSides: false,
    logit: ({ margin }) => margin,
  },
  'bt-changed': {
    rewardsTokens: true,
    reward: 'identity',
    score: 'mean',
    balancesSides: false,
    logit: ({ rejected, chosen }) => changedSum(chosen) - changedSum(rejected),
  },
  'bt-mean-changed': {
    rewardsTokens: true,
    reward: 'identity',
    score: 'mean',
    balancesSides: false,
    logit: ({ rejected, chosen }) => changedMean(chosen) - changedMean(rejected),
  },
  'bt-balanced': {
    rewardsTokens: true,
    reward: 'identity',
    score: 'mean',
    balancesSides: true,
    logit: ({ rejected, chosen }) => changedMean(chosen) - changedMean(rejected),
  },
  classify: { rewardsTokens: true, reward: 'tanhHalf', score: 'mean', balancesSides: false, logit: null },
  regress: { rewardsTokens: true, reward: 'identity', score: 'mean', balancesSides: false, logit: null },
  sequence: {
    rewardsTokens: false,
    reward: 'identity',
    score: 'last',
    balancesSides: false,
    logit: ({ margin }) => margin,
  },
}

/** As what a reward model of another tool is read: a classifier with one label, of texts or of tokens. */
export const classifierSchemes: Record<'sequence' | 'token', RewardScheme> = {
  sequence: 'sequence',
  token: 'regress',
}

function changedSum({ labels, rewards }: LabelledRewards): number {
  return Array.from(labels).reduce((sum, label, i) => sum + Math.abs(label) * rewards[i]!, 0)
}

/** 0 for a side without changed tokens. */
function changedMean(side: LabelledRewards): number {
  const count = Array.from(side.labels).reduce((sum, label) => sum + Math.abs(label), 0)
  return count === 0 ? 0 : changedSum(side) / count
}

/** The reward of one token from the head's output. */
export function rewardOfScalar(scheme: RewardScheme, scalar: number): number {
  return rewardRules[schemes[scheme].reward](scalar)
}

/** S(y), the score of a response from the rewards of its tokens. */
export function sequenceScore(scheme: RewardScheme, tokenRewards: ArrayLike<number>): number {
  return scoreRules[schemes[scheme].score](tokenRewards)
}

/** Log-odds that `chosen` is the better response; null for a scheme whose loss compares no pairs. */
export function preferenceLogit(scheme: RewardScheme, pair: PairRewards): number | null {
  return schemes[scheme].logit?.(pair) ?? null
}
