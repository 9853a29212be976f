/**
 * Work that continues with no one watching: each started verb is followed here to its end, and any number of clients
 * can watch it. Its record is what a client needs to draw it; what a run measured is in the project's database.
 */
import { randomUUID } from 'node:crypto'
import { UserError } from '../../contract/errors.ts'
import type { JobEvent } from '../../contract/events.ts'
import type { JsonValue } from '../../contract/json.ts'
import { describeVerb } from '../../contract/verbs.ts'
import type { StartWork, WorkRecord } from '../../contract/work.ts'
import type { Lab } from '../context.ts'
import { Queue } from '../queue.ts'
import { runVerb } from '../verbs.ts'

interface Job {
  record: WorkRecord
  stop: AbortController
  watchers: Set<Queue<JobEvent>>
  /** Where the current phase started, for its pace. */
  paceFrom: { at: number; done: number; phase: string } | null
}

export class WorkBoard {
  readonly #lab: Lab
  readonly #jobs = new Map<string, Job>()
  readonly #recordWatchers = new Set<Queue<WorkRecord>>()
  /** Training that waits, in its order. */
  #waiting: Job[] = []
  #isTraining = false

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** Training is queued: one verb that trains runs at a time. */
  start({ verb, input }: StartWork): WorkRecord {
    const job: Job = {
      record: {
        id: randomUUID(),
        verb,
        project: 'project' in input ? input.project : null,
        input: toJson(input),
        state: 'queued',
        place: null,
        progress: null,
        starting: null,
        secondsLeft: null,
        run: null,
        evaluation: null,
        serving: null,
        notes: [],
        error: null,
        result: null,
        startedAt: new Date().toISOString(),
        endedAt: null,
      },
      stop: new AbortController(),
      watchers: new Set(),
      paceFrom: null,
    }
    this.#jobs.set(job.record.id, job)
    this.#changed(job.record)
    if (describeVerb(verb).trains) this.#enqueue(job)
    else void this.#perform(job)
    return job.record
  }

  list(project: string | null): WorkRecord[] {
    const all = [...this.#jobs.values()].map(({ record }) => record).reverse()
    return project === null ? all : all.filter((record) => record.project === project)
  }

  /** @throws UserError `not_found` */
  get(id: string): WorkRecord {
    return this.#job(id).record
  }

  stop(id: string): WorkRecord {
    const job = this.#job(id)
    job.stop.abort()
    return job.record
  }

  /** A job that is first or last already, or does not wait, stays where it is. @throws UserError `not_found` */
  move(id: string, by: -1 | 1): WorkRecord {
    const job = this.#job(id)
    const from = this.#waiting.indexOf(job)
    const other = from < 0 ? undefined : this.#waiting[from + by]
    if (other) {
      const moved = this.#waiting.map((each) => (each === job ? other : each === other ? job : each))
      this.#reorder(moved)
    }
    return job.record
  }

  /** Events from now on, then the record as it ended. */
  async *watch(id: string, signal?: AbortSignal): AsyncGenerator<JobEvent, WorkRecord> {
    const job = this.#job(id)
    if (job.record.endedAt === null) yield* subscribe(job.watchers, signal)
    return job.record
  }

  async *watchAll(signal?: AbortSignal): AsyncGenerator<WorkRecord, void> {
    yield* subscribe(this.#recordWatchers, signal)
  }

  /** Asks everything to stop and waits until it has. */
  async stopAll(): Promise<void> {
    const going = [...this.#jobs.values()].filter(({ record }) => record.endedAt === null)
    const ends = going.map(async ({ record, stop }) => {
      const end = this.watch(record.id)
      stop.abort()
      while (!(await end.next()).done);
    })
    await Promise.all(ends)
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id)
    if (!job) throw new UserError('not_found', 'This job is no longer known: the host was restarted.')
    return job
  }

  #enqueue(job: Job): void {
    job.stop.signal.addEventListener('abort', () => {
      if (!this.#waiting.includes(job)) return
      this.#reorder(this.#waiting.filter((other) => other !== job))
      this.#end(job, { state: 'stopped' })
    })
    this.#reorder([...this.#waiting, job])
    void this.#trainNext()
  }

  /** Trains what waits, one after the other, until nothing does. */
  async #trainNext(): Promise<void> {
    if (this.#isTraining) return
    this.#isTraining = true
    for (let job = this.#waiting[0]; job; job = this.#waiting[0]) {
      this.#reorder(this.#waiting.slice(1))
      await this.#perform(job)
    }
    this.#isTraining = false
  }

  /** Says of each job that waits, or no longer does, which place it has. */
  #reorder(waiting: Job[]): void {
    const all = new Set([...this.#waiting, ...waiting])
    this.#waiting = waiting
    for (const job of all) {
      const index = waiting.indexOf(job)
      const place = index < 0 ? null : index + 1
      if (job.record.place === place) continue
      job.record.place = place
      this.#changed(job.record)
    }
  }

  async #perform(job: Job): Promise<void> {
    const { record, stop } = job
    record.state = 'running'
    this.#changed(record)
    try {
      const emit = (event: JobEvent) => this.#onEvent(job, event)
      const result = await runVerb(this.#lab, record.verb, record.input, { emit, signal: stop.signal })
      const isPaused = 'state' in result && result.state === 'paused'
      this.#end(job, { state: isPaused ? 'stopped' : 'done', result: toJson(result) })
    } catch (error) {
      const isStopped = error instanceof UserError && error.code === 'cancelled'
      const sentence = error instanceof UserError ? error.message : `Unexpected error: ${error}`
      this.#end(job, { state: isStopped ? 'stopped' : 'failed', error: sentence })
    }
  }

  #onEvent(job: Job, event: JobEvent): void {
    const { record } = job
    if (event.type === 'note') record.notes.push(event.sentence)
    if (event.type === 'started') record.run ??= event.run
    if (event.type === 'evaluating') record.evaluation = event.evaluation
    if (event.type === 'serving') record.serving = { model: event.model, url: event.url, key: event.key }
    if (event.type === 'step')
      this.#progress(job, { phase: 'step', done: event.step, total: event.totalSteps })
    if (event.type === 'progress') this.#progress(job, event)
    if (event.type === 'starting') record.starting = event.at
    for (const watcher of job.watchers) watcher.push(event)
    if (event.type !== 'token' && event.type !== 'samples') this.#changed(record)
  }

  #progress(job: Job, { phase, done, total }: NonNullable<WorkRecord['progress']>): void {
    const now = Date.now()
    if (job.paceFrom?.phase !== phase) job.paceFrom = { at: now, done, phase }
    const { at, done: before } = job.paceFrom
    job.record.progress = { phase, done, total }
    job.record.starting = null
    job.record.secondsLeft = done > before ? ((now - at) / 1000 / (done - before)) * (total - done) : null
  }

  #end(job: Job, outcome: Partial<WorkRecord>): void {
    const endedAt = new Date().toISOString()
    Object.assign(job.record, outcome, { endedAt, secondsLeft: null, starting: null })
    for (const watcher of job.watchers) watcher.close()
    this.#changed(job.record)
  }

  #changed(record: WorkRecord): void {
    for (const watcher of this.#recordWatchers) watcher.push({ ...record })
  }
}

/** Events and results are JSON: dates, undefined and the like do not occur in them. */
function toJson<T extends JsonValue>(value: unknown): T {
  return JSON.parse(JSON.stringify(value))
}

/** What is pushed from now on, until the queue is closed or the signal aborted. */
async function* subscribe<T>(queues: Set<Queue<T>>, signal?: AbortSignal): AsyncGenerator<T, void> {
  const queue = new Queue<T>()
  const leave = () => queue.close()
  signal?.addEventListener('abort', leave, { once: true })
  if (signal?.aborted) leave()
  queues.add(queue)
  try {
    yield* queue.read()
  } finally {
    queues.delete(queue)
    signal?.removeEventListener('abort', leave)
  }
}
