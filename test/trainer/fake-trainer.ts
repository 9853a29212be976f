/** A trainer whose jobs do what the name of their model says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../electron/contract/errors.ts'
import type { Hooks } from '../../electron/contract/events.ts'
import type { Job, JobResults } from '../../electron/contract/jobs.ts'
import { serveJobs } from '../../electron/trainer/serve.ts'

type Behaviour = (hooks: Hooks) => Promise<JobResults['generate']> | JobResults['generate']

const behaviours: Record<string, Behaviour> = {
  answer: ({ emit }) => {
    process.stderr.write('native noise\n')
    emit({ type: 'progress', phase: 'generate', done: 1, total: 1 })
    return { rows: [{ text: `${process.pid}`, ids: [1], ended: true }], cut: 0 }
  },
  crash: () => process.exit(7),
  kill: () => {
    process.kill(process.pid, 'SIGKILL')
    return { rows: [], cut: 0 }
  },
  segfault: () => {
    process.kill(process.pid, 'SIGSEGV')
    return sleep(5000, { rows: [], cut: 0 })
  },
  trapped: () => {
    process.stderr.write(
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
    )
    process.kill(process.pid, 'SIGTRAP')
    return sleep(5000, { rows: [], cut: 0 })
  },
  mistake: () => {
    throw new UserError('bad_input', 'The model has no head. Give it one.')
  },
  defect: () => {
    throw new TypeError('x is not a function')
  },
  diverge: ({ emit }) => {
    emit({ type: 'step', step: 3, totalSteps: 5, metrics: { 'loss/total': Number.NaN } })
    return { rows: [], cut: 0 }
  },
  untilAborted: async ({ emit, signal }) => {
    emit({ type: 'note', sentence: 'begun' })
    while (!signal.aborted) await sleep(5)
    return { rows: [], cut: 99 }
  },
  block: ({ emit }) => {
    emit({ type: 'note', sentence: `${process.pid}` })
    const until = performance.now() + 60_000
    while (performance.now() < until);
    return { rows: [], cut: 0 }
  },
  babble: () => {
    process.send?.({ type: 'event', id: 0, event: { type: 'song' } })
    return { rows: [], cut: 0 }
  },
  wrongResult: () => ({ rows: [], cut: -1 }),
}

serveJobs(async (job: Job, hooks) => {
  const name = job.kind === 'generate' ? job.model : 'answer'
  return behaviours[name]!(hooks)
})
