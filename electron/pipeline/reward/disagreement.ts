/**
 * How far a reward model disagrees with edits, to find those worth reviewing: an annotation mistake, or something that
 * the model has not learned. Pure functions of labels and token rewards.
 */
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { schemes } from './schemes.ts'

/** One response: a label (−1, 0, +1) and a reward per token. */
export interface RewardedTokens {
  labels: readonly number[]
  rewards: readonly number[]
}

export interface RewardedEdit {
  rejected: RewardedTokens
  edited: RewardedTokens
  /** S(edited) − S(rejected): the model's preference. */
  margin: number
}

/** Zero and unit of a model's token rewards, measured on edits. */
export interface OwnScale {
  /** Mean reward of kept tokens. */
  kept: number
  /** Mean distance of changed tokens' rewards from it; 0 if nothing was changed. */
  size: number
}

export interface Disagreement {
  /** From 0, agreement, to 1; about ½ if the model has no opinion. */
  total: number
  /** Over changed tokens: 0 as labelled, ½ indifferent, 1 the opposite; null if there are none, or no token rewards. */
  changed: number | null
  /** Over kept tokens: how far their rewards are from zero; null likewise. */
  kept: number | null
  /** The probability it gives to the rejected response being better, by its own scale. */
  pair: number
}

/** @param edits of which some have kept tokens and some have changed tokens */
export function ownScale(edits: readonly RewardedEdit[]): OwnScale {
  const tokens = edits.flatMap(tokensOf)
  const kept = meanOf(tokens.filter(({ label }) => label === 0).map(({ reward }) => reward)) ?? 0
  const changed = tokens.filter(({ label }) => label !== 0)
  return { kept, size: meanOf(changed.map(({ reward }) => Math.abs(reward - kept))) ?? 0 }
}

/** A reward in the model's own scale: 0 as kept tokens, ±1 as changed ones on average. */
export function inOwnScale(reward: number, { kept, size }: OwnScale): number {
  return size === 0 ? 0 : (reward - kept) / size
}

/**
 * The idea is that of confident learning (Northcutt, Jiang and Chuang 2021): the labels that a model finds least likely
 * are reviewed first. The measure is our own. With z a token's reward in the model's own scale, limited to ±1:
 *
 *     changed = mean (1 − label · z) / 2    kept = mean |z|    pair = σ(−margin / RMS margin)
 *
 * each over both sides. `total` is the mean of `pair` and of the tokens, of which both kinds have the same weight:
 * otherwise one changed word in a long response would hardly count. Rewards are measured by the model's own scale, since
 * only their order and proportion are meaningful. For a scheme that rewards no single tokens, `pair` is all there is.
 * @param edits also those that the scale is measured on
 */
export function disagreements(edits: readonly RewardedEdit[], scheme: RewardScheme): Disagreement[] {
  const scale = ownScale(edits)
  const typicalMargin = Math.sqrt(meanOf(edits.map(({ margin }) => margin ** 2)) ?? 0)
  return edits.map((edit) => {
    const pair = typicalMargin === 0 ? 0.5 : 1 / (1 + Math.exp(edit.margin / typicalMargin))
    const { changed, kept } = schemes[scheme].rewardsTokens
      ? tokenDisagreement(edit, scale)
      : { changed: null, kept: null }
    const tokens = meanOf([changed, kept].filter((share) => share !== null))
    return { total: tokens === null ? pair : (tokens + pair) / 2, changed, kept, pair }
  })
}

function tokenDisagreement(edit: RewardedEdit, scale: OwnScale): Pick<Disagreement, 'changed' | 'kept'> {
  const tokens = tokensOf(edit).map(({ label, reward }) => ({
    label,
    z: Math.max(-1, Math.min(1, inOwnScale(reward, scale))),
  }))
  return {
    changed: meanOf(tokens.filter(({ label }) => label !== 0).map(({ label, z }) => (1 - label * z) / 2)),
    kept: meanOf(tokens.filter(({ label }) => label === 0).map(({ z }) => Math.abs(z))),
  }
}

function tokensOf({ rejected, edited }: RewardedEdit): { label: number; reward: number }[] {
  return [rejected, edited].flatMap(({ labels, rewards }) =>
    labels.map((label, i) => ({ label, reward: rewards[i]! })),
  )
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}
