/** Training: what a run would need, before it is started. The verbs that train are in run-kinds/. */
import type { InferSchemaInput } from '@orpc/contract'
import { z } from 'zod'
import { procedure } from './procedure.ts'
import { RunKind, type trainVerbs } from './run-kinds/index.ts'

/** A run that could be started: the arguments of the verb that trains it. */
export type EstimateRequest = {
  [K in RunKind]: {
    kind: K
    input: InferSchemaInput<NonNullable<(typeof trainVerbs)[`train ${K}`]['~orpc']['inputSchema']>>
  }
}[RunKind]
/** The input is checked by the verb's own schema, as when the run is started. */
export const EstimateRequest = z.custom<EstimateRequest>(
  (value) => z.object({ kind: RunKind, input: z.looseObject({}) }).safeParse(value).success,
  'must be a kind of run with the input of its verb',
)

/** What a run would need, as far as is known before it starts. */
export const RunEstimate = z.object({
  /** Null on the wasm runtime, for which it is not estimated. */
  memoryBytes: z.number().nullable(),
  /** What training could use now, including what the trainer already holds. */
  freeBytes: z.number(),
  totalBytes: z.number(),
  /** Why it does not fit and what to try, as a start would report it; null if it fits. */
  refusal: z.string().nullable(),
  steps: z.int().positive(),
  /** Null while the pace is unknown. `seconds` is the whole run, including its start. */
  secondsPerStep: z.number().nullable(),
  seconds: z.number().nullable(),
  /** What the time is estimated from, or why it is unknown. */
  basis: z.string(),
  /** Whether this machine's speed is being measured: ask again in a moment. */
  isMeasuring: z.boolean(),
})
export type RunEstimate = z.infer<typeof RunEstimate>

export const train = {
  estimate: procedure('What a run would need, before it is started.')
    .input(EstimateRequest)
    .output(RunEstimate),
}
