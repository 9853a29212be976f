/** Which of the active jobs is named at a glance: the one that is being worked on, not the one that came last. */
import type { WorkRecord } from '../../electron/contract/work.ts'

/** Served models wait for requests, so any work comes before them; then what runs, this project's, the next, the oldest. */
export function currentJob(jobs: readonly WorkRecord[], project: string | null): WorkRecord | null {
  const rankOf = (job: WorkRecord): number[] => [
    Number(job.verb === 'serve-model'),
    Number(job.state !== 'running'),
    Number(job.project !== project),
    job.place ?? 0,
    Date.parse(job.startedAt),
  ]
  const [first] = jobs
    .filter(({ endedAt }) => endedAt === null)
    .map((job) => ({ job, rank: rankOf(job) }))
    .sort((a, b) => compare(a.rank, b.rank))
  return first?.job ?? null
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at === -1 ? 0 : a[at]! - b[at]!
}
