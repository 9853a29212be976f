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

/** The inputs of verbs that name the model they work on: what is trained or judged comes before what it is measured with. */
const modelInputs = ['policy', 'candidate', 'model', 'rewardModel']

/** @returns the name of the model that a running job has open; of a path its last part; null if it has none */
export function openModelOf(job: WorkRecord | null): string | null {
  if (job?.state !== 'running') return null
  const name = modelInputs.map((key) => job.input[key]).find((value) => typeof value === 'string')
  return name?.split(/[\\/]/).filter(Boolean).at(-1) ?? null
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at === -1 ? 0 : a[at]! - b[at]!
}
