/** A run as its project records it. */
import { z } from 'zod'
import { BranchPoint } from './branch.ts'
import { RunKind } from './run-kinds/index.ts'

export const RunState = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled'])
export type RunState = z.infer<typeof RunState>

/**
 * What was asked for: the job without its files, and how its rows were chosen. Paths inside the project are relative,
 * so that its folder can be moved.
 */
export const RunConfig = z
  .object({
    /** Its settings may lack those that are newer than the run; the kind's own schema has their defaults. */
    job: z.object({ kind: RunKind, config: z.record(z.string(), z.json()) }).catchall(z.json()),
    /** Name of the model that it makes; null stands for the run's id. */
    modelName: z.string().nullable(),
    branch: BranchPoint.optional(),
  })
  .catchall(z.json())
export type RunConfig = z.infer<typeof RunConfig>

export const RunRecord = z.object({
  id: z.string(),
  kind: RunKind,
  name: z.string(),
  state: RunState,
  /** Why it failed, in a sentence. */
  error: z.string().nullable(),
  config: RunConfig,
  seeds: z.record(z.string(), z.json()),
  codeVersion: z.string(),
  /** The run that this one continues or belongs to. */
  parentId: z.string().nullable(),
  /** What it ended with. */
  result: z.json(),
  createdAt: z.string(),
  changedAt: z.string(),
})
export type RunRecord = z.infer<typeof RunRecord>

/** What people add to a run. */
export const RunDetails = z.object({
  note: z.string(),
  tags: z.array(z.string()),
  /** When its page was last looked at; null if never. */
  seenAt: z.string().nullable(),
})
export type RunDetails = z.infer<typeof RunDetails>
