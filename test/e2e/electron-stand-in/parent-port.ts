/** For `node --import` in a child of the stand-in: `process.parentPort`, and the ports that arrive through it. */
import { EventEmitter } from 'node:events'
import type { Data } from './ports.ts'

type Message = { parent?: unknown; ports: number[]; port?: number; data: Data; closed?: number }

const send = (message: object) => void process.send?.(message)

class MessagePort extends EventEmitter {
  readonly #id: number
  #waiting: Data[] | null = []

  constructor(id: number) {
    super()
    this.#id = id
  }

  start(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const data of waiting) this.receive(data)
  }

  receive(data: Data): void {
    if (this.#waiting) this.#waiting.push(data)
    else this.emit('message', { data: typeof data === 'string' ? data : Buffer.from(data.base64, 'base64') })
  }

  postMessage(data: string | Uint8Array): void {
    const encoded = typeof data === 'string' ? data : { base64: Buffer.from(data).toString('base64') }
    send({ port: this.#id, data: encoded })
  }
}

const ports = new Map<number, MessagePort>()
const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (message: unknown) => send({ parent: message }),
})

process.on('message', (message: Message) => {
  if (message.closed !== undefined) ports.get(message.closed)?.emit('close')
  else if (message.port !== undefined) ports.get(message.port)?.receive(message.data)
  else {
    const received = message.ports.map((id) => new MessagePort(id))
    for (const [index, id] of message.ports.entries()) ports.set(id, received[index]!)
    parentPort.emit('message', { data: message.parent, ports: received })
  }
})
process.on('disconnect', () => process.exit(0))
Object.assign(process, { parentPort })
process.execArgv.length = 0 // its own children must not import the stand-in
