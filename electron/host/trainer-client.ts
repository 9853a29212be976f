/**
 * The host's side of the trainer process: starts it when it is first needed, keeps it between jobs so that compiled
 * functions stay warm, checks every message, and reports its death as an error.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { UserError } from '../contract/errors.ts'
import type { Hooks, JobEvent } from '../contract/events.ts'
import { type Job, type JobOf, type JobResults, jobResult } from '../contract/jobs.ts'
import { runKinds } from '../contract/run-kinds/index.ts'
import type { ServeAsk, ServeReply } from '../contract/serving.ts'
import { FromTrainer, type ToTrainer } from '../contract/trainer-messages.ts'
import { Silence } from './silence.ts'
import { deathOf, TrainerHung } from './trainer-death.ts'

export interface TrainerOptions {
  /** Entry of the process; tests replace it. */
  script?: string
  /** Receives each line that the trainer or its native libraries write. */
  onOutput(line: string): void
  /** How long a trainer may be silent; tests shorten it. */
  silence?: Partial<SilenceLimits>
}

/** A native call or a compilation of any length does not count: a thread beside it gives the signs of life. */
export interface SilenceLimits {
  /** While a job runs. */
  runningMs: number
  /** Until the first sign of life, as the process loads its libraries. */
  startingMs: number
  /** After the job was asked to pause. */
  stoppingMs: number
}

const silenceLimits: SilenceLimits = { runningMs: 60_000, startingMs: 180_000, stoppingMs: 8_000 }

/** The trainer's descriptor for signs of life, after those of standard streams and of IPC. */
const pulseDescriptor = 4

const keptLines = 40

/** How long the last lines of a process that has ended are awaited. */
const lastLinesMs = 1000

interface Pending {
  id: number
  trainer: ChildProcess
  kind: Job['kind']
  emit(event: JobEvent): void
  reply(reply: ServeReply): void
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** The trainer's entry: TypeScript in a clone, JavaScript in the built app. */
const defaultScript = path.join(import.meta.dirname, `../trainer/main${path.extname(import.meta.filename)}`)

/**
 * How the trainer allocates memory. A compiled step uses the same large buffers every time; if they are requested from
 * Linux at each call, in pages of 4 KB, the kernel spends a third of a small model's step, and a sixth of a large one's,
 * on clearing and mapping them. So glibc requests pages of 2 MB, and TensorFlow keeps what it has freed.
 */
const trainerMemory = {
  GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? 'glibc.malloc.hugetlb=1',
  TF_CPU_ALLOCATOR_USE_BFC: process.env.TF_CPU_ALLOCATOR_USE_BFC ?? 'true',
}

/** Under Electron, the trainer is a plain Node process of the same executable. */
const asNode = process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}

export class TrainerClient {
  readonly #options: TrainerOptions
  #process: ChildProcess | null = null
  #pending: Pending | null = null
  #nextId = 0
  readonly #silence = new Silence()
  /** Whether the process has given a sign of life yet. */
  #isUp = false
  /** Settles when the previous job has ended: jobs run one at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  /** Whether a job is running: another would wait for it. */
  get isBusy(): boolean {
    return this.#pending !== null
  }

  /** Whether that job trains, which may take hours. */
  get isTraining(): boolean {
    return this.#pending !== null && this.#pending.kind in runKinds
  }

  constructor(options: TrainerOptions) {
    this.#options = options
  }

  /**
   * @param onReply receives what a job that serves a model replies
   * @throws UserError of the job, `unavailable` if the trainer died; Error for a defect in it
   */
  run<Kind extends Job['kind']>(
    job: JobOf<Kind>,
    hooks: Hooks,
    onReply: (reply: ServeReply) => void = () => {},
  ): Promise<JobResults[Kind]> {
    const result = this.#turn.then(() => this.#start(job, hooks, onReply))
    this.#turn = result.catch(() => {})
    return result as Promise<JobResults[Kind]>
  }

  /** Asks the running job, which serves a model. */
  ask(ask: ServeAsk): void {
    if (this.#pending) send(this.#pending.trainer, { type: 'ask', id: this.#pending.id, ask })
  }

  /** Memory that the trainer holds now; 0 without a trainer, and on systems that do not report it. */
  async residentBytes(): Promise<number> {
    const pid = this.#process?.pid
    if (pid === undefined || process.platform !== 'linux') return 0
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  }

  /** Kills the trainer. Its saved files stay whole. */
  close(): void {
    this.#process?.kill('SIGKILL')
    this.#process = null
  }

  async #start(job: Job, { emit, signal }: Hooks, reply: Pending['reply']): Promise<unknown> {
    if (signal.aborted) throw new UserError('cancelled', 'Cancelled before it started.')
    const id = this.#nextId++
    this.#process ??= this.#fork()
    const trainer = this.#process
    const pause = () => send(trainer, { type: 'pause', id })
    signal.addEventListener('abort', pause)
    const unwatch = this.#silence.watch(
      () => this.#silenceLimit(signal),
      (silentMs) => this.#endHung(silentMs, signal),
    )
    try {
      return await new Promise((resolve, reject) => {
        this.#pending = { id, trainer, kind: job.kind, emit, reply, resolve, reject }
        send(trainer, { type: 'run', id, job })
      })
    } finally {
      unwatch()
      this.#pending = null
      signal.removeEventListener('abort', pause)
    }
  }

  #silenceLimit({ aborted }: AbortSignal): number {
    const { runningMs, startingMs, stoppingMs } = { ...silenceLimits, ...this.#options.silence }
    if (aborted) return stoppingMs
    return this.#isUp ? runningMs : startingMs
  }

  #endHung(silentMs: number, { aborted }: AbortSignal): void {
    const message = `The trainer process gave no sign of life for ${Math.round(silentMs / 1000)} s and was ended.`
    const error = aborted ? new UserError('cancelled', message) : new TrainerHung('unavailable', message)
    this.#pending?.reject(error)
    this.close()
  }

  #fork(): ChildProcess {
    const { script = defaultScript, onOutput } = this.#options
    const child = fork(script, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      env: { ...process.env, ...trainerMemory, ...asNode, STET_PULSE_DESCRIPTOR: `${pulseDescriptor}` },
    })
    const lastLines: string[] = []
    const onLine = (line: string) => {
      lastLines.push(line)
      if (lastLines.length > keptLines) lastLines.shift()
      onOutput(line)
    }
    for (const stream of [child.stdout, child.stderr]) forLines(stream, onLine)
    this.#isUp = false
    child.stdio[pulseDescriptor]?.on('error', () => {}) // 'exit' reports the end.
    child.stdio[pulseDescriptor]?.on('data', () => {
      if (this.#process !== child) return
      this.#isUp = true
      this.#silence.heard()
    })
    child.on('message', (message) => this.#receive(message))
    const end = (error: Error) => {
      if (this.#process === child) this.#process = null
      if (this.#pending?.trainer === child) this.#pending.reject(error)
    }
    child.on('error', end)
    child.on('exit', (code, signal) => {
      if (this.#process === child) this.#process = null
      // Its last lines may tell why, and may arrive after its end.
      const report = () => end(deathOf({ code, signal, lastLines }))
      child.once('close', report)
      setTimeout(report, lastLinesMs)
    })
    return child
  }

  #receive(raw: unknown): void {
    const pending = this.#pending
    const parsed = FromTrainer.safeParse(raw)
    if (!pending || !parsed.success || parsed.data.id !== pending.id) {
      this.#failProtocol(parsed.error ?? 'Received a message for an unknown job.')
      return
    }
    const message = parsed.data
    switch (message.type) {
      case 'event':
        this.#pass(message.event, pending)
        break
      case 'reply':
        pending.reply(message.reply)
        break
      case 'result': {
        const result = jobResult(pending.kind).safeParse(message.result)
        if (result.success) pending.resolve(result.data)
        else this.#failProtocol(result.error)
        break
      }
      case 'failed':
        this.#options.onOutput(message.detail)
        // The next job needs the memory that it still holds.
        if (message.code === 'out_of_memory') this.close()
        pending.reject(
          message.code ? new UserError(message.code, message.message) : new Error(message.message),
        )
    }
  }

  /** A step that cannot be recorded must stop the run, which is then resumed from its last checkpoint. */
  #pass(event: JobEvent, { emit, reject }: Pending): void {
    try {
      emit(event)
    } catch (error) {
      reject(error)
      this.close()
    }
  }

  /** A trainer that breaks the protocol is a defect; it is not used again. */
  #failProtocol(cause: unknown): void {
    this.#pending?.reject(new Error('The trainer process sent an invalid message.', { cause }))
    this.close()
  }
}

function send(trainer: ChildProcess, message: ToTrainer): void {
  // If the channel is closed, the process is ending, which 'exit' reports.
  if (trainer.connected) trainer.send(message, () => {})
}

function forLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine)
}
