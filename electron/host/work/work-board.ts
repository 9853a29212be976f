/**
 * Work that goes on when nobody looks: each started verb is followed here to its end, and whoever wants to see it
 * subscribes. What pages know of it is its record; what a run measured is in the project's database anyway.
 */
import { randomUUID } from 'node:crypto'
import { createRouterClient } from '@orpc/server'
import { UserError } from '../../contract/errors.ts'
import { listVerbs } from '../../contract/index.ts'
import type { JobEvent } from '../../contract/jobs.ts'
import type { WorkRecord } from '../../contract/page/work.ts'
import { fromContractError } from '../errors/contract-errors.ts'
import type { LabRouter } from '../lab.ts'

interface Piece {
  record: WorkRecord
  stop: AbortController
  followers: Set<(event: JobEvent | null) => void>
  /** When progress of the present phase was first heard of, for the pace. */
  paceFrom: { at: number; done: number; phase: string } | null
}

type CallVerb = (input: object, options: { signal: AbortSignal }) => Promise<unknown>

export class WorkBoard {
  readonly #router: LabRouter
  readonly #pieces = new Map<string, Piece>()
  readonly #watchers = new Set<(record: WorkRecord) => void>()
  /** Settles when the training that was asked for last has ended. */
  #lastTraining: Promise<void> = Promise.resolve()

  constructor(router: LabRouter) {
    this.#router = router
  }

  /**
   * Trainings go one after the other: a later one waits for its turn.
   * @param verb as `train ppo`
   * @throws UserError for a verb that there isn't
   */
  start(verb: string, input: WorkRecord['input']): WorkRecord {
    if (!listVerbs().some(({ path }) => path.join(' ') === verb))
      throw new UserError('bad_input', `There is no verb "${verb}".`)
    const piece: Piece = {
      record: {
        id: randomUUID(),
        verb,
        project: typeof input.project === 'string' ? input.project : null,
        input,
        state: 'waiting',
        progress: null,
        secondsLeft: null,
        run: null,
        notes: [],
        error: null,
        result: null,
        startedAt: new Date().toISOString(),
        endedAt: null,
      },
      stop: new AbortController(),
      followers: new Set(),
      paceFrom: null,
    }
    this.#pieces.set(piece.record.id, piece)
    this.#changed(piece.record)
    if (trains(verb)) this.#lastTraining = this.#afterTraining(piece)
    else void this.#perform(piece)
    return piece.record
  }

  list(project: string | null): WorkRecord[] {
    const all = [...this.#pieces.values()].map(({ record }) => record).reverse()
    return project === null ? all : all.filter((record) => record.project === project)
  }

  /** @throws UserError `not_found` */
  get(id: string): WorkRecord {
    return this.#piece(id).record
  }

  stop(id: string): WorkRecord {
    const piece = this.#piece(id)
    piece.stop.abort()
    return piece.record
  }

  /** Whether anything would be interrupted by closing the host. */
  get isBusy(): boolean {
    return [...this.#pieces.values()].some(({ record }) => record.endedAt === null)
  }

  /** Events from now on, then the record as it ended. */
  async *watch(id: string, signal?: AbortSignal): AsyncGenerator<JobEvent, WorkRecord> {
    const piece = this.#piece(id)
    if (piece.record.endedAt === null) {
      const heard = inbox<JobEvent | null>(signal)
      piece.followers.add(heard.push)
      try {
        for await (const event of heard.read()) {
          if (event === null) break
          yield event
        }
      } finally {
        piece.followers.delete(heard.push)
      }
    }
    return piece.record
  }

  async *watchAll(signal?: AbortSignal): AsyncGenerator<WorkRecord, void> {
    const heard = inbox<WorkRecord>(signal)
    this.#watchers.add(heard.push)
    try {
      yield* heard.read()
    } finally {
      this.#watchers.delete(heard.push)
    }
  }

  /** Asks everything to stop and waits until it has. */
  async stopAll(): Promise<void> {
    const going = [...this.#pieces.values()].filter(({ record }) => record.endedAt === null)
    const ends = going.map(async ({ record, stop }) => {
      const end = this.watch(record.id)
      stop.abort()
      while (!(await end.next()).done);
    })
    await Promise.all(ends)
  }

  #piece(id: string): Piece {
    const piece = this.#pieces.get(id)
    if (!piece)
      throw new UserError('not_found', 'This work is not known any more: the host was started again.')
    return piece
  }

  async #afterTraining(piece: Piece): Promise<void> {
    const stopped = new Promise((resolve) => piece.stop.signal.addEventListener('abort', resolve))
    const before = this.#lastTraining
    await Promise.race([before, stopped])
    if (piece.stop.signal.aborted) this.#end(piece, { state: 'stopped' })
    else await this.#perform(piece)
    await before
  }

  async #perform(piece: Piece): Promise<void> {
    const { record, stop } = piece
    record.state = 'going'
    this.#changed(record)
    try {
      const client = createRouterClient(this.#router)
      const call = record.verb
        .split(' ')
        .reduce((at, name) => Reflect.get(at, name), client as object) as CallVerb
      const result = await follow(await call(record.input, { signal: stop.signal }), (event) =>
        this.#hear(piece, event),
      )
      const isPaused = Object(result).state === 'paused'
      this.#end(piece, { state: isPaused ? 'stopped' : 'done', result: result as WorkRecord['result'] })
    } catch (error) {
      const known = fromContractError(error)
      const sentence = known?.message ?? `Something went wrong that should not: ${error}`
      this.#end(piece, { state: known?.code === 'cancelled' ? 'stopped' : 'failed', error: sentence })
    }
  }

  #hear(piece: Piece, event: JobEvent): void {
    const { record } = piece
    if (event.type === 'note') {
      record.notes.push(event.sentence)
      record.run ??= /^Run (run_\w+)/.exec(event.sentence)?.[1] ?? null
    }
    if (event.type === 'step')
      this.#progress(piece, { phase: 'step', done: event.step, total: event.totalSteps })
    if (event.type === 'progress') this.#progress(piece, event)
    for (const push of piece.followers) push(event)
    if (event.type !== 'token' && event.type !== 'samples') this.#changed(record)
  }

  #progress(piece: Piece, { phase, done, total }: NonNullable<WorkRecord['progress']>): void {
    const now = Date.now()
    if (piece.paceFrom?.phase !== phase) piece.paceFrom = { at: now, done, phase }
    const { at, done: before } = piece.paceFrom
    piece.record.progress = { phase, done, total }
    piece.record.secondsLeft = done > before ? ((now - at) / 1000 / (done - before)) * (total - done) : null
  }

  #end(piece: Piece, outcome: Partial<WorkRecord>): void {
    Object.assign(piece.record, outcome, { endedAt: new Date().toISOString(), secondsLeft: null })
    for (const push of piece.followers) push(null)
    this.#changed(piece.record)
  }

  #changed(record: WorkRecord): void {
    for (const push of this.#watchers) push({ ...record })
  }
}

function trains(verb: string): boolean {
  return /^(train |resume$|branch$|experiment$|demo$|real$)/.test(verb)
}

async function follow(answer: unknown, hear: (event: JobEvent) => void): Promise<unknown> {
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer
  const events = answer as unknown as AsyncIterator<JobEvent, unknown>
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    hear(next.value)
  }
}

/** What is pushed is read in order; reading ends when the signal is aborted. */
function inbox<T>(signal?: AbortSignal) {
  const waiting: T[] = []
  let wake = () => {}
  const push = (value: T) => {
    waiting.push(value)
    wake()
  }
  signal?.addEventListener('abort', () => wake(), { once: true })
  async function* read(): AsyncGenerator<T, void> {
    while (!signal?.aborted) {
      if (waiting.length > 0) yield waiting.shift()!
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { push, read }
}
