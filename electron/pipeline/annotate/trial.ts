/**
 * A trial of help for annotators: chance decides per item and annotator what is shown, and the effort with and without
 * it is compared. Everything follows from the seed, so an item looks the same whenever it is opened.
 */
import type { Help, HelpEffect, Trial } from '../../contract/annotate.ts'
import type { ShownHelp } from '../../contract/records.ts'
import { integers, type RandomKey, uniforms } from '../../engine/random.ts'
import { quantile } from '../../engine/statistics/quantile.ts'

/** Only help that is left to chance is in it. Drafts and hints are drawn separately, so all four combinations occur. */
export function assignedHelp(trial: Trial, item: string, annotator: string): ShownHelp {
  const isShown = (help: Help) =>
    uniforms({ seed: trial.seed, stream: `trial/${help}/${item}/${annotator}` }, 0, 1)[0]! < 0.5
  return {
    ...(trial.draft && { draft: isShown('draft') }),
    ...(trial.hints && trial.rewardModel !== null && { hints: isShown('hints') }),
  }
}

const resamples = 2000

/** Medians of two groups of items, and the interval of their difference: the items of each group are resampled. */
export function compareGroups(
  shown: readonly number[],
  hidden: readonly number[],
  key: RandomKey,
): Pick<HelpEffect, 'shown' | 'hidden' | 'difference'> {
  const groups = { shown: groupOf(shown), hidden: groupOf(hidden) }
  if (shown.length < 2 || hidden.length < 2) return { ...groups, difference: null }
  const draw = (values: readonly number[], group: string, r: number) =>
    median(
      [...integers({ ...key, stream: `${key.stream}/${group}` }, r, values.length, values.length)].map(
        (i) => values[i]!,
      ),
    )
  const differences = Array.from(
    { length: resamples },
    (_, r) => draw(shown, 'shown', r) - draw(hidden, 'hidden', r),
  ).sort((a, b) => a - b)
  const value = median(shown) - median(hidden)
  return {
    ...groups,
    difference: { value, low: quantile(differences, 0.025), high: quantile(differences, 0.975) },
  }
}

function groupOf(values: readonly number[]): HelpEffect['shown'] {
  return { median: values.length === 0 ? null : median(values), n: values.length }
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}
