/** `utilityProcess`: a child process of Node, with `process.parentPort` as Electron provides it. */
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { type Data, type Holder, Port } from './ports.ts'

class UtilityProcess extends EventEmitter implements Holder {
  readonly #child: ChildProcess

  constructor(entry: string) {
    super()
    const parentPort = new URL('./parent-port.ts', import.meta.url).href
    this.#child = fork(entry, [], { execArgv: ['--import', parentPort] })
    this.#child.on('message', (message: { parent?: unknown; port?: number; data: Data }) => {
      if (message.port === undefined) this.emit('message', message.parent)
      else Port.at(message.port)?.send(message.data)
    })
    this.#child.on('exit', (code) => {
      Port.closeThoseOf(this)
      this.emit('exit', code ?? 1)
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  postMessage(message: unknown, ports: Port[] = []): void {
    this.#send({ parent: message, ports: ports.map((port) => port.handTo(this)) })
  }

  kill(): boolean {
    return this.#child.kill()
  }

  receive(port: number, data: Data): void {
    this.#send({ port, data })
  }

  closed(port: number): void {
    this.#send({ closed: port })
  }

  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message)
  }
}

export const utilityProcess = { fork: (entry: string) => new UtilityProcess(entry) }
