/**
 * Runs jobs for the host, one at a time, over this process's IPC channel. Lives no longer than the host: a checkpoint is
 * complete at any moment, so ending at once loses only the steps since the last one.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { UserError } from '../contract/errors.ts'
import type { Hooks, JobEvent } from '../contract/events.ts'
import type { Job, JobResults } from '../contract/jobs.ts'
import type { ServeAsk, ServeReply } from '../contract/serving.ts'
import { type FromTrainer, ToTrainer } from '../contract/trainer-messages.ts'

/** How a job that serves a model is asked, and replies. */
export interface Channel {
  /** Receives what is asked from now on. */
  onAsk: (ask: ServeAsk) => void
  reply(reply: ServeReply): void
}

export type RunJob = (job: Job, hooks: Hooks, channel: Channel) => Promise<JobResults[Job['kind']]>

/** Answers the host's messages with `runJob` until the host disconnects. */
export function serveJobs(runJob: RunJob): void {
  assert(process.send, 'The trainer must be started by the host.')
  let running: { id: number; pause: AbortController; channel: Channel } | null = null

  process.on('message', async (raw) => {
    const message = ToTrainer.parse(raw)
    if (message.type === 'pause') {
      if (running?.id === message.id) running.pause.abort()
      return
    }
    if (message.type === 'ask') {
      if (running?.id === message.id) running.channel.onAsk(message.ask)
      return
    }
    assert(running === null, 'The host sends one job at a time.')
    const { id } = message
    const pause = new AbortController()
    const channel: Channel = { onAsk: () => {}, reply: (reply) => send({ type: 'reply', id, reply }) }
    running = { id, pause, channel }
    const answer = await answerOf(runJob, message, pause.signal, channel)
    running = null
    send(answer)
  })
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole terminal; the host decides what it means.
  process.on('disconnect', () => process.exit(0))
  watchHost()
}

/** Ends this process when the host has died, even while a native call keeps the main thread busy. */
function watchHost(): void {
  const watcher = `./watch-host${path.extname(import.meta.filename)}`
  new Worker(new URL(watcher, import.meta.url), { workerData: process.ppid }).unref()
}

async function answerOf(
  runJob: RunJob,
  { id, job }: Extract<ToTrainer, { type: 'run' }>,
  signal: AbortSignal,
  channel: Channel,
): Promise<FromTrainer> {
  const emit = (event: JobEvent) => {
    refuseDivergence(event)
    send({ type: 'event', id, event })
  }
  try {
    return { type: 'result', id, result: await runJob(job, { emit, signal }, channel) }
  } catch (error) {
    const detail = inspect(error)
    if (error instanceof UserError)
      return { type: 'failed', id, code: error.code, message: error.message, detail }
    if (signal.aborted)
      return { type: 'failed', id, code: 'cancelled', message: 'The job was cancelled.', detail }
    return { type: 'failed', id, code: null, message: String(error), detail }
  }
}

/** A step with a metric that is not finite is reported before anything of it is saved. */
function refuseDivergence(event: JobEvent): void {
  if (event.type !== 'step') return
  const broken = Object.entries(event.metrics).find(([, value]) => !Number.isFinite(value))
  if (!broken) return
  const [key, value] = broken
  throw new UserError(
    'diverged',
    `Training diverged: ${key} is ${value} at step ${event.step}. Start again with a lower learning rate, or check the model's weights; the checkpoints before this step are kept.`,
  )
}

function send(message: FromTrainer): void {
  process.send?.(message)
}
