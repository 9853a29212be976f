/**
 * Runs work on what comes from outside in a process that is ended if it needs more time or memory than anything intact: a
 * regular expression or a template can run without end, and must not stop the process that has to answer others meanwhile. (A
 * thread would not do: when it needs too much memory, its whole process may end.)
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { UserError } from '../contract/errors.ts'

export interface ProcessOptions {
  /** A file that calls {@link serveLimited}. */
  entry: string
  args: string[]
  memoryMiB: number
}

/** What the process answers to each message; `code` is that of a UserError, null for a defect. */
type Reply = { result: unknown } | { error: string; code: UserError['code'] | null }

export interface Question {
  message: unknown
  limitMs: number
  /** What to say if the limit of time or memory is reached, at the stage that the process was in last. */
  tooMuch(limit: { what: 'time' | 'memory'; ms: number; stage: number }): UserError
}

interface Child {
  process: ChildProcess
  stage: number
}

/** For the process to start and open what it works with, also on a busy machine. */
const startMs = 60_000

/** An unused process is ended after this long. */
const idleMs = 20_000
const pulseDescriptor = 4

export class LimitedProcess {
  readonly #options: ProcessOptions
  #child: Child | null = null
  /** Questions are answered one by one, so that each has its own time. */
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
  }

  /** @throws UserError that the work has thrown, or `tooMuch` */
  ask(question: Question): Promise<unknown> {
    const answer = this.#last.then(() => this.#answer(question))
    this.#last = answer.catch(() => {})
    return answer
  }

  /** Ends the process; the next question starts another. */
  end(): void {
    clearTimeout(this.#idle)
    this.#child?.process.kill('SIGKILL')
    this.#child = null
  }

  async #answer({ message, limitMs, tooMuch }: Question): Promise<unknown> {
    clearTimeout(this.#idle)
    const isNew = this.#child === null
    this.#child ??= start(this.#options)
    const child = this.#child
    const within = async (ms: number, send: () => void) => {
      const outcome = await reply(child.process, send, ms)
      if (typeof outcome !== 'string') return resultOf(outcome)
      this.end()
      throw tooMuch({ what: outcome, ms, stage: child.stage })
    }
    setHeld(child.process, true)
    try {
      if (isNew) await within(startMs, () => {}).catch((error) => this.#giveUp(error))
      return await within(limitMs, () => child.process.send(message as object, () => {})) // a failure ends it
    } finally {
      setHeld(child.process, false)
      this.#idle = setTimeout(() => this.end(), idleMs).unref()
    }
  }

  #giveUp(error: unknown): never {
    this.end()
    throw error
  }
}

function start({ entry, args, memoryMiB }: ProcessOptions): Child {
  // Under Electron, it is a plain Node process of the same executable.
  const asNode = process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}
  const child: Child = {
    process: fork(entry, args, {
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${memoryMiB}`],
      env: { ...process.env, ...asNode },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    }),
    stage: 0,
  }
  const end = () => child.process.kill('SIGKILL')
  process.once('exit', end)
  child.process.once('exit', () => process.off('exit', end))
  child.process.on('error', () => {}) // `reply` sees that it has ended
  child.process.stdio[pulseDescriptor]?.on('data', (stages: Buffer) => {
    child.stage = stages.at(-1) ?? 0
  })
  return child
}

/** Whether the process that waits for an answer stays alive for it. */
function setHeld(child: ChildProcess, isHeld: boolean): void {
  const pulse = child.stdio[pulseDescriptor]
  for (const part of [child, child.channel, pulse])
    if (part && 'ref' in part && typeof part.ref === 'function') isHeld ? part.ref() : part.unref()
}

async function reply(
  child: ChildProcess,
  send: () => void,
  limitMs: number,
): Promise<Reply | 'time' | 'memory'> {
  const stop = new AbortController()
  const { signal } = stop
  const timer = setTimeout(() => stop.abort(), limitMs)
  try {
    const ended = once(child, 'exit', { signal }).then(() => 'memory' as const)
    const answered = once(child, 'message', { signal }).then(([answer]): Reply => answer)
    send()
    return await Promise.race([answered, ended])
  } catch (error) {
    if (signal.aborted) return 'time'
    throw error
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

function resultOf(answer: Reply): unknown {
  if ('result' in answer) return answer.result
  throw answer.code === null ? new Error(answer.error) : new UserError(answer.code, answer.error)
}

/**
 * In the process: opens what it works with, and answers every message by what is returned or thrown.
 * @param stage memory whose first value says what is being done; the asking process learns it, also if it never ends
 */
export function serveLimited<Opened>(
  open: () => Opened,
  handle: (opened: Opened, message: unknown) => unknown,
  stage: SharedArrayBuffer,
): void {
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole terminal; the process that started this one decides.
  process.on('disconnect', () => process.exit(0))
  new Worker(reportStages, { eval: true, workerData: { stage, pulse: pulseDescriptor } }).unref()
  let opened: Opened
  const first = replyOf(() => {
    opened = open()
    return null
  })
  process.on('message', (message) => process.send?.(replyOf(() => handle(opened, message))))
  process.send?.(first)
}

/** A thread, because the main one may never be idle again. Without a reader the process ends. */
const reportStages = `
const { workerData: { stage, pulse } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const current = new Int32Array(stage)
setInterval(() => {
  try {
    writeSync(pulse, Buffer.of(current[0]))
  } catch (error) {
    if (error.code !== 'EAGAIN') process.kill(process.pid, 'SIGKILL')
  }
}, 100)
`

function replyOf(handle: () => unknown): Reply {
  try {
    return { result: handle() }
  } catch (error) {
    if (error instanceof UserError) return { error: error.message, code: error.code }
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error), code: null }
  }
}
