/** What a reward model gets wrong token by token: how well it tells bad tokens, and the ones furthest from their labels. */
import { precisionRecall } from '../../engine/statistics/classification.ts'
import { auroc } from '../../engine/statistics/ranking.ts'
import { inOwnScale, ownScale, type RewardedEdit } from './disagreement.ts'

export interface TokenVerdict {
  /** How well the reward ranks good tokens (kept or added) above bad ones (struck); null where there are none of one kind. */
  auroc: number | null
  /**
   * F1 of calling bad what is nearer to the mean reward of struck tokens than to that of kept ones, against the label
   * −1; null where there are none of one kind. The cut is taken from the same tokens.
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
  const cut = (meanOf(-1) + meanOf(0)) / 2
  const { f1 } = precisionRecall(
    rewards.map((reward) => reward < cut),
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
  /** From its label, in the model's own scale: 0 is right, 1 is no opinion on a changed token, 2 its opposite. */
  distance: number
}

/**
 * The `count` tokens furthest from their labels, the furthest first; of a stretch of equal labels only the furthest.
 * What was left standing stands on both sides, and counts in the edited one.
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
  const found: [number, number][] = []
  for (let start = 0; start < values.length; ) {
    let end = start + 1
    while (end < values.length && values[end] === values[start]) end++
    found.push([start, end])
    start = end
  }
  return found
}
