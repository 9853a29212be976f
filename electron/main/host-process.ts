/**
 * The host process. Every window is connected to it by its own ports; its active jobs, as it last reported them, are
 * kept here. An exit that was not asked for is a crash: it is reported in a sentence, and `start()` recovers from it.
 */
import path from 'node:path'
import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron'
import { type ActiveJob, type FinishedJob, FromHost, type ToHost } from '../contract/shell.ts'
import { channels } from '../contract/shell-channels.ts'

export interface HostHooks {
  onJobs(active: ActiveJob[], finished: FinishedJob | null): void
  onCrash(reason: string): void
}

const entry = path.resolve(import.meta.dirname, '../host/entry/utility.js')
const maxMsToClose = 60_000

export class HostProcess {
  readonly #hooks: HostHooks
  #child: UtilityProcess | null = null
  #activeJobs: ActiveJob[] = []
  #isClosing = false
  /** How the last host ended, in a sentence, while there is none. */
  #crash = ''

  constructor(hooks: HostHooks) {
    this.#hooks = hooks
  }

  get isRunning(): boolean {
    return this.#child !== null
  }

  /** Jobs that closing the host would interrupt. */
  get activeJobs(): ActiveJob[] {
    return this.#activeJobs
  }

  start(): void {
    if (this.#child !== null) return
    const child = utilityProcess.fork(entry, [], { serviceName: 'Stet host' })
    this.#child = child
    child.on('message', (message: unknown) => {
      const { active, finished } = FromHost.parse(message)
      this.#activeJobs = active
      this.#hooks.onJobs(active, finished)
    })
    child.on('exit', (code) => this.#onExit(code))
  }

  /** Gives a window a port to the host, or the reason why there is no host. */
  connect(window: WebContents): void {
    if (this.#child === null) {
      window.send(channels.hostGone, this.#crash)
      return
    }
    const { port1, port2 } = new MessageChannelMain()
    this.#child.postMessage({ type: 'connect' } satisfies ToHost, [port1])
    window.postMessage(channels.port, null, [port2])
  }

  /** Active runs pause with a checkpoint; settles when the process has exited. */
  close(): Promise<void> {
    const child = this.#child
    if (child === null) return Promise.resolve()
    this.#isClosing = true
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.postMessage({ type: 'close' } satisfies ToHost)
    const timeout = setTimeout(() => child.kill(), maxMsToClose)
    return exit.finally(() => clearTimeout(timeout))
  }

  #onExit(code: number): void {
    this.#child = null
    this.#activeJobs = []
    if (this.#isClosing) return
    this.#crash = `The host process ended unexpectedly (code ${code}). Saved work is safe, and an interrupted run can be resumed.`
    this.#hooks.onJobs([], null)
    this.#hooks.onCrash(this.#crash)
  }
}
