/** Series as charts need them: on common steps, and smoothed. */

type Points = readonly (readonly [step: number, value: number])[]

/** @returns every step that any series has, and each series' values there (null if it has none) */
export function joinSeries(series: readonly Points[]): { steps: number[]; columns: (number | null)[][] } {
  if (series.length === 1)
    return {
      steps: series[0]!.map(([step]) => step),
      columns: [series[0]!.map(([, value]) => value)],
    }
  const steps = [...new Set(series.flatMap((points) => points.map(([step]) => step)))].sort((a, b) => a - b)
  const columns = series.map((points) => {
    const byStep = new Map(points)
    return steps.map((step) => byStep.get(step) ?? null)
  })
  return { steps, columns }
}

/**
 * Exponential moving average with bias correction (Kingma & Ba 2015, section 3); gaps are kept.
 * @param weight of the earlier values, from 0 to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let mean = 0
  let total = 0
  return values.map((value) => {
    if (value === null) return null
    total = weight * total + (1 - weight)
    // As a step towards the value, so that a constant stays itself: its rounding errors would fill the chart.
    mean += ((1 - weight) / total) * (value - mean)
    return mean
  })
}

type Joined = ReturnType<typeof joinSeries>

/** The same with gaps added at the ends, so that all charts of a run begin and end at the same x. */
export function stretched({ steps, columns }: Joined, [from, to]: readonly [number, number]): Joined {
  const before = steps.length === 0 || from < steps[0]! ? [from] : []
  const after = steps.length === 0 || to > steps.at(-1)! ? [to] : []
  const gapsAround = (column: (number | null)[]) => [
    ...before.map(() => null),
    ...column,
    ...after.map(() => null),
  ]
  return { steps: [...before, ...steps, ...after], columns: columns.map(gapsAround) }
}
