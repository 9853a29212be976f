/** Changes that their annotator has called minor, which teach less than the others. */
import type { ChangeKind, PairLabels, TokenLabels } from '../../contract/records.ts'

/**
 * Labels in which the tokens of minor changes have `minorWeight` of their size: such a token counts as changed by that
 * share and as kept by the rest, as with soft labels.
 * @param changes what the annotator has sorted, by the stretch of the rejected response that each replaces
 */
export function weightMinor(
  labels: PairLabels,
  changes: readonly ChangeKind[],
  minorWeight: number,
): PairLabels {
  const { rejected, edited } = labels
  const stretches = stretchesOf(rejected)
  const weights = stretches.map((stretch) => (isMinor(stretch, changes) ? minorWeight : 1))
  return {
    ...labels,
    rejected: { ...rejected, labels: weighted(rejected.labels, weights) },
    edited: { ...edited, labels: weighted(edited.labels, weights) },
  }
}

type Stretch = [start: number, end: number]

/** The characters between a kept token and the next: one stretch before each kept token, and one at the end. */
function stretchesOf({ labels, offsets }: TokenLabels): Stretch[] {
  const kept = offsets.filter((_, t) => labels[t] === 0)
  const starts = [0, ...kept.map(([, end]) => end)]
  const ends = [...kept.map(([start]) => start), Number.POSITIVE_INFINITY]
  return starts.map((start, i) => [start, ends[i]!])
}

/** Whether all changes that were sorted there are minor, and there is one. */
function isMinor([start, end]: Stretch, changes: readonly ChangeKind[]): boolean {
  const here = changes.filter((change) => change.start <= end && start <= change.end)
  return here.length > 0 && here.every(({ severity }) => severity === 'minor')
}

/** @param weights of the stretches, in order; both texts have the same ones, since they keep the same tokens */
function weighted(labels: readonly number[], weights: readonly number[]): number[] {
  let stretch = 0
  return labels.map((label) => {
    if (label === 0) stretch++
    return label === 0 ? 0 : label * weights[stretch]!
  })
}
