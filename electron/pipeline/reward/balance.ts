/** How much each edited pair counts, so that a reward for every changed token, good or bad, gains nothing. */
import type { RewardPair } from './examples.ts'

type Sides = 'both' | 'inserted' | 'deleted' | 'none'

/**
 * Adding a constant c to the rewards of all changed tokens moves the difference of the sides' means by 0 if both sides
 * have changed tokens, by +c if there are only insertions, and by −c if there are only deletions. Of the last two kinds,
 * the more frequent one is weighted down until both weigh the same: then c = 0 is the best constant, whatever the edits
 * do to the length. If no pair would be left, since all have one and the same kind, each counts fully: such edits can
 * only teach how changed tokens differ from kept ones.
 * @returns one weight per pair, from 0 to 1
 */
export function sideWeights(pairs: readonly Pick<RewardPair, 'rejected' | 'chosen'>[]): number[] {
  const sides = pairs.map(changedSides)
  const count = (wanted: Sides) => sides.filter((side) => side === wanted).length
  const [inserted, deleted] = [count('inserted'), count('deleted')]
  const least = Math.min(inserted, deleted)
  if (least === 0 && count('both') === 0) return pairs.map(() => 1)
  const weights: Record<Sides, number> = {
    both: 1,
    inserted: least / Math.max(1, inserted),
    deleted: least / Math.max(1, deleted),
    none: 1,
  }
  return sides.map((side) => weights[side])
}

function changedSides({ rejected, chosen }: Pick<RewardPair, 'rejected' | 'chosen'>): Sides {
  const isChanged = ({ labels }: { labels: readonly number[] }) => labels.some((label) => label !== 0)
  if (isChanged(chosen)) return isChanged(rejected) ? 'both' : 'inserted'
  return isChanged(rejected) ? 'deleted' : 'none'
}
