/** Held-out quality of a reward model: pairwise accuracy, token ranking and classification, drift of kept tokens. */
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { precisionRecall } from '../../engine/statistics/classification.ts'
import { auroc } from '../../engine/statistics/ranking.ts'
import { pairCalibration } from './calibration.ts'
import type { RewardPair } from './examples.ts'
import { preferenceLogit, schemes, sequenceScore } from './schemes.ts'

/** A pair with the reward of each token on both sides. */
export interface ScoredPair {
  pair: RewardPair
  rejected: Float32Array
  chosen: Float32Array
}

export interface RewardQuality {
  pairs: number
  /** Share of pairs in the right order; ties count ½. */
  accuracy: number
  margin: number
  /** Expected calibration error of the probability given to each pair; null for a scheme that compares no pairs. */
  calibrationError: number | null
  /** Null for a scheme that rewards no single tokens. */
  tokens: TokenQuality | null
}

export interface TokenQuality {
  /** How well the reward ranks good tokens above bad ones (label -1); null if one kind is missing. */
  auroc: number | null
  /** Null if no token is kept. */
  keptMean: number | null
  /** Means by position in the response, in tenths of its length. */
  meanByPosition: number[]
}

export function rewardQuality(scored: readonly ScoredPair[], scheme: RewardScheme): RewardQuality {
  const margins = scored.map(
    ({ rejected, chosen }) => sequenceScore(scheme, chosen) - sequenceScore(scheme, rejected),
  )
  const logits = scored.map(({ pair, rejected, chosen }, i) =>
    preferenceLogit(scheme, {
      rejected: { labels: pair.rejected.labels, rewards: rejected },
      chosen: { labels: pair.chosen.labels, rewards: chosen },
      margin: margins[i]!,
    }),
  )
  const wins = margins.reduce((sum, margin) => sum + (margin > 0 ? 1 : margin === 0 ? 0.5 : 0), 0)
  return {
    pairs: scored.length,
    accuracy: wins / scored.length,
    margin: margins.reduce((a, b) => a + b, 0) / scored.length,
    calibrationError: pairCalibration(logits)?.expectedCalibrationError ?? null,
    tokens: schemes[scheme].rewardsTokens ? tokenQuality(scored) : null,
  }
}

function tokenQuality(scored: readonly ScoredPair[]): TokenQuality {
  const { rewards, labels } = labelledTokens(scored)
  const area = auroc(
    rewards,
    labels.map((label) => label >= 0),
  )
  return { auroc: area, keptMean: meanOfKept(scored), meanByPosition: meanByPosition(scored) }
}

/** Mean reward of the tokens that the edits kept; null if there are none. */
export function meanOfKept(scored: readonly ScoredPair[]): number | null {
  const { rewards, labels } = labelledTokens(scored)
  const kept = rewards.filter((_, i) => labels[i] === 0)
  return kept.length > 0 ? mean(kept) : null
}

/** Every response token of every pair, both sides. */
export function labelledTokens(scored: readonly ScoredPair[]): { rewards: number[]; labels: number[] } {
  const rewards = scored.flatMap(({ rejected, chosen }) => [...rejected, ...chosen])
  const labels = scored.flatMap(({ pair }) => [...pair.rejected.labels, ...pair.chosen.labels])
  return { rewards, labels }
}

/**
 * The reward below which calling a token bad gives the best F1; chosen on training pairs, used on held-out ones.
 * Tries 200 quantiles.
 */
export function bestThreshold(scored: readonly ScoredPair[]): number {
  const { rewards, labels } = labelledTokens(scored)
  const sorted = [...rewards].sort((a, b) => a - b)
  const candidates = Array.from({ length: 200 }, (_, i) => sorted[Math.floor((i / 200) * sorted.length)]!)
  const f1 = (threshold: number) => tokenF1(rewards, labels, threshold) ?? 0
  return candidates.reduce((best, candidate) => (f1(candidate) > f1(best) ? candidate : best))
}

/**
 * F1 of calling tokens below the threshold bad, against label -1 (of labels between, those nearer to it); null, as the AUROC is, if
 * one kind is missing.
 */
export function tokenF1(
  rewards: readonly number[],
  labels: readonly number[],
  threshold: number,
): number | null {
  const isBad = labels.map((label) => label <= -0.5)
  if (!isBad.includes(true) || !isBad.includes(false)) return null
  return precisionRecall(
    rewards.map((r) => r < threshold),
    isBad,
  ).f1
}

function meanByPosition(scored: readonly ScoredPair[]): number[] {
  const sums = new Array<number>(10).fill(0)
  const counts = new Array<number>(10).fill(0)
  for (const rewards of scored.flatMap(({ rejected, chosen }) => [rejected, chosen])) {
    rewards.forEach((r, t) => {
      const tenth = Math.floor((10 * t) / rewards.length)
      sums[tenth]! += r
      counts[tenth]! += 1
    })
  }
  return sums.map((sum, i) => (counts[i] ? sum / counts[i]! : 0))
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : 0
}
