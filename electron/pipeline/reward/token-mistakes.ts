/** What a reward model gets wrong token by token: how well it finds bad tokens, and the tokens furthest from their labels. */
import { precisionRecall } from '../../engine/statistics/classification.ts'
import { auroc } from '../../engine/statistics/ranking.ts'
import { inOwnScale, ownScale, type RewardedEdit } from './disagreement.ts'

export interface TokenVerdict {
  /** How well the reward ranks good tokens (kept or inserted) above bad ones (deleted); null if one kind is missing. */
  auroc: number | null
  /**
   * F1 of calling a token bad if its reward is nearer to the mean of deleted tokens than to that of kept ones, against
   * the label −1; null if one kind is missing. The threshold is measured on the same tokens.
   */
  f1: number | null
}

export function tokenVerdict(edits: readonly RewardedEdit[]): TokenVerdict {
  const sides = edits.flatMap(({ rejected, edited }) => [rejected, edited])
  const rewards = sides.flatMap((side) => side.rewards)
  const labels = sides.flatMap((side) => side.labels)
  const meanOf = (label: number) => {
    const own = rewards.filter((_, i) => labels[i] === label)
    return own.reduce((a, b) => a + b, 0) / own.length
  }
  const area = auroc(
    rewards,
    labels.map((label) => label >= 0),
  )
  if (!labels.includes(-1) || !labels.includes(0)) return { auroc: area, f1: null }
  const threshold = (meanOf(-1) + meanOf(0)) / 2
  const { f1 } = precisionRecall(
    rewards.map((reward) => reward < threshold),
    labels.map((label) => label === -1),
  )
  return { auroc: area, f1 }
}

export interface TokenMistake {
  /** Index of the edit. */
  edit: number
  side: 'rejected' | 'edited'
  /** Index of the token. */
  token: number
  /** From its label, in the model's own scale: 0 is right, 1 is indifferent to a changed token, 2 is the opposite. */
  distance: number
}

/**
 * The `count` tokens furthest from their labels, the furthest first; of a stretch of equal labels only the furthest.
 * Kept tokens are on both sides; they count in the edited one.
 */
export function worstTokens(edits: readonly RewardedEdit[], count: number): TokenMistake[] {
  const scale = ownScale(edits)
  const all = edits.flatMap((each, edit) =>
    (['rejected', 'edited'] as const).flatMap((side) => {
      const { labels, rewards } = each[side]
      const distances = labels.map((label, i) => Math.abs(label - inOwnScale(rewards[i]!, scale)))
      return stretches(labels).flatMap(([start, end]) => {
        if (side === 'rejected' && labels[start] === 0) return []
        const distance = Math.max(...distances.slice(start, end))
        return [{ edit, side, token: distances.indexOf(distance, start), distance }]
      })
    }),
  )
  return all.sort((a, b) => b.distance - a.distance).slice(0, count)
}

/** Half-open stretches of equal values, in order. */
function stretches(values: readonly number[]): [start: number, end: number][] {
  const result: [number, number][] = []
  for (let start = 0; start < values.length; ) {
    let end = start + 1
    while (end < values.length && values[end] === values[start]) end++
    result.push([start, end])
    start = end
  }
  return result
}
