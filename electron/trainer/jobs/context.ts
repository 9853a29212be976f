/** What a job gets besides its description. */
import type { JobEvent } from '../../contract/events.ts'
import type { Job } from '../../contract/jobs.ts'

export interface JobContext {
  emit(event: JobEvent): void
  /** Aborted when the run should pause. */
  signal: AbortSignal
}

export type JobOf<Kind extends Job['kind']> = Extract<Job, { kind: Kind }>
