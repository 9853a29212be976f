/** What each kind of run says about its size. A size is data, so that a host may keep it and change its settings. */
import type { RunInputRow } from '../contract/records.ts'
import type { PlannedJob, RunKind, TrainingJob } from '../contract/run-kinds/index.ts'
import type { SizedModel, StepWork } from './counts.ts'
import type { TrainingShape } from './memory.ts'

/** What every kind's size has; each adds its models and the lengths of its texts. */
export interface SizeOf<Kind extends RunKind> {
  kind: Kind
  config: Extract<TrainingJob, { kind: Kind }>['config']
}

/** What follows from a size. */
export interface RunCounts {
  shape: TrainingShape
  steps: number
  work: StepWork
  /** The model that is trained. */
  model: SizedModel
}

export interface SizedKind<Kind extends RunKind, Size> {
  /**
   * Measures a planned run by its models' configurations and its rows.
   * @throws UserError if a model can't be read, or no example fits the settings
   */
  plan(job: PlannedJob<Kind>, rows: readonly RunInputRow[]): Promise<Size>
  count(size: Size): RunCounts
}
