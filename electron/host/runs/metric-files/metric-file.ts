/** What the formats of exported metrics have in common: each makes a file from steps, and can add further steps to it. */

/** What a run measured at a step. */
export interface MeasuredStep {
  step: number
  /** Unix time in seconds: the run's start and the time that its steps took, without its pauses. */
  time: number
  values: ReadonlyMap<string, number>
}

export interface MetricFile {
  /** Name of the file in a folder; null if the export is the file. */
  nameIn: ((startedAt: number) => string) | null
  /** What the file begins with. @param keys all that were measured so far, in their order */
  head(keys: readonly string[], startedAt: number): Uint8Array
  rows(steps: readonly MeasuredStep[], keys: readonly string[]): Uint8Array
  /** Whether the head depends on the keys, so that a new key changes the file from its beginning. */
  needsKeys: boolean
}
