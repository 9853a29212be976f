/** A run's curves and marks as charts draw them: over steps, or over the run's working time. */
import type { RunMark } from '../../electron/contract/records.ts'
import type { Series } from '../../electron/contract/runs.ts'

export interface ChartedRun {
  name: string
  series: Series
  /** How many steps a point stands for. */
  every: number
  marks: readonly RunMark[]
  /** Of each step, seconds since the one before; empty for runs of an older Stet. */
  times: readonly (readonly [step: number, seconds: number])[]
  /** Held-out prompts on which a win rate was measured, at most. */
  heldout: number
  /** Its place in the order of colours; that in the list if omitted. */
  colour?: number
}

/** @returns a function from a step to the seconds that the run had worked by then; 0 before its first step */
export function clockOf({ times }: Pick<ChartedRun, 'times'>): (step: number) => number {
  const elapsed: number[] = []
  for (const [, seconds] of times) elapsed.push((elapsed.at(-1) ?? 0) + seconds)
  return (step) => {
    let [low, high] = [0, times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (times[middle]![0] <= step) low = middle + 1
      else high = middle
    }
    return elapsed[low - 1] ?? 0
  }
}

/** Marks of events that stopped the run without the user are warnings. */
export function isWarning({ kind }: RunMark): boolean {
  return kind === 'tripwire' || kind === 'failed'
}

/** "Step 63: KL passed 12.0 (limit 10)." @param name of the run, if several are shown */
export function markSentence({ step, sentence }: RunMark, name: string | null): string {
  return `${name === null ? 'Step' : `${name}, step`} ${step}: ${sentence}`
}
