/**
 * Runs one job as the trainer would, in a process that can be made to die or pause at an exact moment.
 * Called with a plan (JSON); appends every event with a step to `events.jsonl` in the run's folder and writes
 * `result.json` there when the job returns.
 */
import { appendFileSync, mkdirSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { JobEvent } from '../../electron/contract/events.ts'
import type { TrainingJob } from '../../electron/contract/run-kinds/index.ts'
import { runJob } from '../../electron/trainer/jobs/index.ts'

/** When a run is stopped. */
export type Stop =
  /** SIGKILL after step n was reported, before it is saved. */
  | { kind: 'kill-after-step'; step: number }
  /** SIGKILL when this name appears in the run's folder. */
  | { kind: 'kill-at-file'; name: string }
  /** Pause after step n. */
  | { kind: 'pause-after-step'; step: number }

export interface Plan {
  jobs: TrainingJob[]
  stop: Stop | null
}

const plan = JSON.parse(process.argv[2]!) as Plan
for (const job of plan.jobs) await runPlanned(job, plan.stop)

async function runPlanned(job: TrainingJob, stop: Stop | null): Promise<void> {
  mkdirSync(job.folder, { recursive: true })
  const pause = new AbortController()
  const watcher =
    stop?.kind === 'kill-at-file' ? watch(job.folder, (_, name) => name === stop.name && die()) : null
  const emit = (event: JobEvent) => {
    if (event.type !== 'step' && event.type !== 'samples') return
    appendFileSync(path.join(job.folder, 'events.jsonl'), `${JSON.stringify(event)}\n`)
    if (event.type !== 'step' || !stop || stop.kind === 'kill-at-file' || stop.step !== event.step) return
    if (stop.kind === 'kill-after-step') die()
    pause.abort()
  }
  const result = await runJob(job, { emit, signal: pause.signal })
  watcher?.close()
  writeFileSync(path.join(job.folder, 'result.json'), JSON.stringify(result))
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
