/** All samples of a run, for tests that compare runs. */
import type { JsonValue } from '../../electron/contract/json.ts'
import { type Db, sampleSteps, samplesAt } from '../../electron/storage/index.ts'

/** @returns in the order in which they were stored */
export function allSamples(db: Db, runId: string): { step: number; data: JsonValue }[] {
  return sampleSteps(db, runId).flatMap((step) => samplesAt(db, runId, step).map((data) => ({ step, data })))
}
