/** Runs and jobs in words. */
import { wordsOfStage } from '../../electron/contract/program-words.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord, RunState } from '../../electron/contract/run-record.ts'
import { describeVerb } from '../../electron/contract/verbs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'

export function kindOf({ kind }: Pick<RunRecord, 'kind'>): string {
  return runKinds[kind].title
}

const stateKinds = {
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  cancelled: 'stopped',
} as const satisfies Record<RunState, string>

/** @param work the job that works on it now: one that waits makes it queued */
export function stateOf({ state }: Pick<RunRecord, 'state'>, work?: WorkRecord) {
  return work?.state === 'queued' ? 'queued' : stateKinds[state]
}

/** Why it stopped, in a sentence; null if there is no reason to show. */
export function reasonOf({ error, result }: RunRecord): string | null {
  const reason = (result as { reason?: string | null } | null)?.reason
  return error ?? reason ?? null
}

/** What a job does before its first step, from the newest that it reported. */
export function stageOf({ state, place, progress, starting, notes }: WorkRecord): string {
  if (state === 'queued') return place === 1 ? 'Starts next' : `Place ${place ?? 1} in the queue`
  if (starting !== null) return sentenceCase(wordsOfStage(starting))
  if (progress === null) return notes.length > 0 ? 'Starting the trainer' : 'Reading the rows'
  const { phase, done, total } = progress
  return total > 0 ? `${phase}, ${done} of ${total}` : phase
}

function sentenceCase(words: string): string {
  return words[0]!.toUpperCase() + words.slice(1)
}

export function isTraining({ verb }: WorkRecord): boolean {
  return describeVerb(verb).trains
}
