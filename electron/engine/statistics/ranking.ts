/** Statistics of order: ranks with ties shared, area under the ROC curve, Spearman's rank correlation. */
import assert from 'node:assert/strict'

/** Ranks from 1 in ascending order; equal values share the mean of their ranks. NaN is not allowed. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    assert(!Number.isNaN(values[i]), `Entry ${i} of the values to rank is not a number.`)
    order[i] = i
  }
  order.sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(n)
  for (let start = 0; start < n; ) {
    let end = start + 1
    while (end < n && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/**
 * Probability that a random positive scores above a random negative, ties counting one half
 * (Mann–Whitney U / (P · N)).
 *
 * @param positive one entry per score: true or non-zero for the positive class
 * @returns null if one class is missing
 */
export function auroc(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>): number | null {
  assert(scores.length === positive.length, 'AUROC needs one label per score.')
  const ranks = averageRanks(scores)
  let positives = 0
  let rankSum = 0
  for (let i = 0; i < ranks.length; i++) {
    if (!positive[i]) continue
    positives++
    rankSum += ranks[i]!
  }
  const negatives = ranks.length - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** Spearman's rank correlation: Pearson's correlation of the average ranks. Null if one side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  assert(a.length === b.length, 'A correlation needs two lists of equal length.')
  const ranksA = averageRanks(a)
  const ranksB = averageRanks(b)
  const mean = (a.length + 1) / 2
  let covariance = 0
  let varianceA = 0
  let varianceB = 0
  for (let i = 0; i < a.length; i++) {
    const x = ranksA[i]! - mean
    const y = ranksB[i]! - mean
    covariance += x * y
    varianceA += x * x
    varianceB += y * y
  }
  return varianceA === 0 || varianceB === 0 ? null : covariance / Math.sqrt(varianceA * varianceB)
}
