/** Runs and jobs in words. */
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { durationOf, numberOf } from '../ui/format.ts'

export function kindOf({ kind }: RunRecord): string {
  return runKinds[kind].title
}

/** "PPO, step 41 of 120, 3 min left, KL 2.1". */
export function stateLine(
  run: RunRecord,
  work: WorkRecord | undefined,
  latest: Record<string, number>,
): string {
  const step =
    work?.progress?.phase === 'step' ? `step ${work.progress.done} of ${work.progress.total}` : null
  const left = work && work.secondsLeft !== null ? `${durationOf(work.secondsLeft)} left` : null
  const kl = latest['objective/kl'] === undefined ? null : `KL ${numberOf(latest['objective/kl'])}`
  const state = run.state === 'running' ? null : run.state
  return [kindOf(run), state, step, left, kl].filter((part) => part !== null).join(', ')
}

/** Why it stopped, in a sentence; null if there is no reason to show. */
export function reasonOf({ error, result }: RunRecord): string | null {
  const reason = (result as { reason?: string | null } | null)?.reason
  return error ?? reason ?? null
}
