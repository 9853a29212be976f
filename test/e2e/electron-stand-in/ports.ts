/** `MessageChannelMain`: two ends that are handed to other processes; messages sent into one arrive at the other. */
export type Data = string | { base64: string }

/** The process or page that has an end. */
export interface Holder {
  receive(portId: number, data: Data): void
  closed(portId: number): void
}

export class Port {
  static readonly #all = new Map<number, Port>()
  static #nextId = 1
  readonly id = Port.#nextId++
  other: Port | null = null
  #holder: Holder | null = null
  #waiting: Data[] = []

  constructor() {
    Port.#all.set(this.id, this)
  }

  static at(id: number): Port | undefined {
    return Port.#all.get(id)
  }

  handTo(holder: Holder): number {
    this.#holder = holder
    for (const data of this.#waiting.splice(0)) holder.receive(this.id, data)
    return this.id
  }

  /** The holder of this end sends a message. */
  send(data: Data): void {
    this.other?.receive(data)
  }

  receive(data: Data): void {
    if (this.#holder) this.#holder.receive(this.id, data)
    else this.#waiting.push(data)
  }

  /** Closes every end of a holder whose process or page is gone. */
  static closeThoseOf(holder: Holder): void {
    for (const port of Port.#all.values()) if (port.#holder === holder) port.#close()
  }

  #close(): void {
    Port.#all.delete(this.id)
    const { other } = this
    this.other = null
    if (!other) return
    other.other = null
    Port.#all.delete(other.id)
    other.#holder?.closed(other.id)
  }
}

export class MessageChannelMain {
  readonly port1 = new Port()
  readonly port2 = new Port()

  constructor() {
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}
