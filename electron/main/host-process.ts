/**
 * The host's process. Each page is joined to it by ports of its own; what it tells of its work is kept here. Its end,
 * when nobody asked for it, is a crash, told in a sentence and made good by `start()`.
 */
import path from 'node:path'
import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron'

export interface Going {
  verb: string
  project: string | null
}

export interface Ended {
  title: string
  body: string
  project: string | null
  run: string | null
}

export interface HostHooks {
  onWork(going: Going[], ended: Ended | null): void
  onCrash(sentence: string): void
}

const entry = path.resolve(import.meta.dirname, '../host/entry/utility.js')
const mostMsToClose = 60_000

export class HostProcess {
  readonly #hooks: HostHooks
  #child: UtilityProcess | null = null
  #going: Going[] = []
  #isClosing = false
  /** How the last one ended, in a sentence, where there is none now. */
  #crash = ''

  constructor(hooks: HostHooks) {
    this.#hooks = hooks
  }

  get isRunning(): boolean {
    return this.#child !== null
  }

  /** Work that closing the host would interrupt. */
  get going(): Going[] {
    return this.#going
  }

  start(): void {
    if (this.#child !== null) return
    const child = utilityProcess.fork(entry, [], { serviceName: 'Stet host' })
    this.#child = child
    child.on('message', ({ going, ended }: { going: Going[]; ended: Ended | null }) => {
      this.#going = going
      this.#hooks.onWork(going, ended)
    })
    child.on('exit', (code) => this.#ended(code))
  }

  /** Gives the page a port to the host, or tells it why there is none. */
  join(page: WebContents): void {
    if (this.#child === null) {
      page.send('stet:host-gone', this.#crash)
      return
    }
    const { port1, port2 } = new MessageChannelMain()
    this.#child.postMessage('stet:page', [port1])
    page.postMessage('stet:port', null, [port2])
  }

  /** Runs that are going pause with a checkpoint; settles when the process has ended. */
  close(): Promise<void> {
    const child = this.#child
    if (child === null) return Promise.resolve()
    this.#isClosing = true
    const isOver = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.postMessage('stet:close')
    const impatience = setTimeout(() => child.kill(), mostMsToClose)
    return isOver.finally(() => clearTimeout(impatience))
  }

  #ended(code: number): void {
    this.#child = null
    this.#going = []
    if (this.#isClosing) return
    this.#crash = `The host process ended unexpectedly (code ${code}). Nothing that was saved is lost; a run that was going can be resumed.`
    this.#hooks.onWork([], null)
    this.#hooks.onCrash(this.#crash)
  }
}
