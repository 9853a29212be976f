/** Items that several people edited: labels that all of them share in, and how far one of them predicts another. */
import type { RewardPair } from './examples.ts'

/**
 * In pairs of the same item, the labels of the rejected response become the mean over its edits: −⅔ for a token that two
 * of three editors deleted. The edited responses differ, so theirs stay.
 */
export function shareLabels(pairs: readonly RewardPair[]): RewardPair[] {
  const means = new Map<string, number[]>()
  for (const [item, own] of Map.groupBy(pairs, ({ itemId }) => itemId)) {
    const { labels } = own[0]!.rejected
    means.set(
      item,
      labels.map((_, t) => own.reduce((sum, { rejected }) => sum + rejected.labels[t]!, 0) / own.length),
    )
  }
  return pairs.map((pair) => ({
    ...pair,
    rejected: { ...pair.rejected, labels: means.get(pair.itemId)! },
  }))
}

export interface EditorAgreement {
  /** F1 of one editor's deleted tokens against another's, over all pairs of editors of all items. */
  f1: number
  /** Items with several edits. */
  items: number
}

/**
 * What a model's F1 can be compared with: people do not delete the same tokens, and a model that predicts each of them as
 * well as they predict each other is at this ceiling. F1 is the same in both directions.
 * @param pairs with hard labels
 * @returns null if no item has several edits, or none of these deletes a token
 */
export function editorAgreement(pairs: readonly RewardPair[]): EditorAgreement | null {
  const counts = { both: 0, deleted: 0 }
  let items = 0
  for (const own of Map.groupBy(pairs, ({ itemId }) => itemId).values()) {
    if (own.length > 1) items++
    for (const [i, first] of own.entries())
      for (const second of own.slice(i + 1)) addPair(counts, first.rejected.labels, second.rejected.labels)
  }
  return counts.deleted === 0 ? null : { f1: (2 * counts.both) / counts.deleted, items }
}

function addPair(
  counts: { both: number; deleted: number },
  first: readonly number[],
  second: readonly number[],
): void {
  for (const [t, label] of first.entries()) {
    const [a, b] = [label === -1, second[t] === -1]
    if (a && b) counts.both++
    counts.deleted += Number(a) + Number(b)
  }
}
