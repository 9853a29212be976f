/**
 * What the user has made and the host has not confirmed: kept in this browser and sent again until it is stored. A value
 * leaves only after it was confirmed or discarded, so a reload, a closed window or a host that is down loses nothing.
 */
import { z } from 'zod'

/** The part of localStorage that is used. */
export type Journal = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export interface OutboxOptions<Value, Saved> {
  /** Tells this window's entries in the journal from those of others. */
  writer: string
  /** Null if the browser stores nothing. */
  journal: Journal | null
  /** Checks what is read from the journal. @throws Error for what this version does not understand */
  read(stored: unknown): Value
  send(value: Value): Promise<Saved>
  /** Whether trying again is of no use until the user has decided something. */
  needsDecision(error: unknown): boolean
  now(): number
}

/** Something that is not saved yet. */
export interface Unsaved<Value> {
  id: string
  value: Value
  /** When the oldest part of it was made, in ms. */
  since: number
  /** Why it could not be saved; null if it was not tried yet. */
  problem: Error | null
  needsDecision: boolean
  /** Whether a reload would find it again. */
  isKept: boolean
}

interface Slot<Value, Saved> extends Unsaved<Value> {
  version: number
  sending: Promise<Saved> | null
}

const prefix = 'stet-unsaved/'
/** Writing to the journal may take this share of the time, at most. */
const journalShare = 0.05
const minJournalMs = 50

const Stored = z.object({ since: z.number(), value: z.unknown() })

export class Outbox<Value, Saved> {
  readonly #options: OutboxOptions<Value, Saved>
  readonly #slots = new Map<string, Slot<Value, Saved>>()
  readonly #listeners = new Set<() => void>()
  /** Ids whose newest value the journal does not have. */
  readonly #unwritten = new Set<string>()
  #writing: ReturnType<typeof setTimeout> | null = null
  #writeMs = 0
  #snapshot: readonly Unsaved<Value>[] = []

  constructor(options: OutboxOptions<Value, Saved>) {
    this.#options = options
  }

  /** Replaces what is unsaved under the id; `send` delivers it. */
  put(id: string, value: Value): void {
    const before = this.#slots.get(id)
    if (before) {
      Object.assign(before, { value, version: before.version + 1 })
    } else {
      const since = this.#options.now()
      this.#slots.set(id, this.#newSlot(id, value, since))
      this.#changed()
    }
    this.#unwritten.add(id)
    this.#writing ??= setTimeout(
      () => this.writeJournal(),
      Math.max(minJournalMs, this.#writeMs / journalShare),
    )
  }

  get(id: string): Value | undefined {
    return this.#slots.get(id)?.value
  }

  /** All that is unsaved, the oldest first; the same array until something changes. */
  list(): readonly Unsaved<Value>[] {
    return this.#snapshot
  }

  /** @returns a function that stops listening */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Delivers the newest value under the id. @throws what `send` throws; the value then stays */
  send(id: string): Promise<Saved> {
    const slot = this.#slots.get(id)
    if (!slot) return Promise.reject(new Error('There is nothing to save.'))
    if (slot.needsDecision) return Promise.reject(slot.problem)
    slot.sending ??= this.#deliver(slot).finally(() => {
      slot.sending = null
    })
    return slot.sending
  }

  /** Tries all again that could be saved without a decision. */
  async sendAll(): Promise<void> {
    const waiting = [...this.#slots.values()].filter(({ needsDecision }) => !needsDecision)
    await Promise.allSettled(waiting.map(({ id }) => this.send(id)))
  }

  /** The user has decided: it may be tried again. */
  decided(id: string): void {
    const slot = this.#slots.get(id)
    if (slot) slot.needsDecision = false
  }

  discard(id: string): void {
    if (!this.#slots.delete(id)) return
    this.#unwritten.delete(id)
    this.#erase(id)
    this.#changed()
  }

  /** Writes to the journal what it does not have yet; called at once before the page goes. */
  writeJournal(): void {
    if (this.#writing !== null) clearTimeout(this.#writing)
    this.#writing = null
    const startedAt = performance.now()
    for (const id of this.#unwritten) this.#write(id)
    this.#unwritten.clear()
    this.#writeMs = performance.now() - startedAt
  }

  /** Takes over from the journal what windows that are gone have left. */
  adopt(isFree: (writer: string, id: string) => boolean): void {
    for (const key of this.#journalKeys()) {
      const [writer = '', ...rest] = key.slice(prefix.length).split('/')
      const id = rest.join('/')
      if (writer === this.#options.writer || !isFree(writer, id)) continue
      const stored = this.#read(key)
      if (!stored) continue
      this.#take(this.#slots.has(id) ? `${id}/${writer}` : id, stored)
      this.#options.journal?.removeItem(key)
    }
    this.#changed()
  }

  #take(id: string, { value, since }: { value: Value; since: number }): void {
    this.#slots.set(id, this.#newSlot(id, value, since))
    this.#write(id)
  }

  #newSlot(id: string, value: Value, since: number): Slot<Value, Saved> {
    return {
      id,
      value,
      since,
      problem: null,
      needsDecision: false,
      isKept: false,
      version: 0,
      sending: null,
    }
  }

  /** A value that was replaced while it was sent is followed by the newer one. */
  async #deliver(slot: Slot<Value, Saved>): Promise<Saved> {
    for (;;) {
      const { version, value } = slot
      try {
        const saved = await this.#options.send(value)
        if (slot.version !== version) continue
        if (this.#slots.get(slot.id) === slot) this.discard(slot.id)
        return saved
      } catch (error) {
        slot.problem = error instanceof Error ? error : new Error(String(error))
        slot.needsDecision = slot.version === version && this.#options.needsDecision(error)
        this.#changed()
        throw error
      }
    }
  }

  #write(id: string): void {
    const slot = this.#slots.get(id)
    if (!slot) return
    const wasKept = slot.isKept
    const { since, value } = slot
    try {
      this.#options.journal?.setItem(this.#keyOf(id), JSON.stringify({ since, value }))
      slot.isKept = this.#options.journal !== null
    } catch {
      // The browser's storage is full or refused: what it has of this entry is older than the entry.
      slot.isKept = false
    }
    if (slot.isKept !== wasKept) this.#changed()
  }

  #erase(id: string): void {
    this.#options.journal?.removeItem(this.#keyOf(id))
  }

  /** An entry that cannot be read stays in the journal: a newer version may have written it. */
  #read(key: string): { value: Value; since: number } | null {
    try {
      const { since, value } = Stored.parse(JSON.parse(this.#options.journal?.getItem(key) ?? ''))
      return { since, value: this.#options.read(value) }
    } catch {
      return null
    }
  }

  #keyOf(id: string): string {
    return `${prefix}${this.#options.writer}/${id}`
  }

  #journalKeys(): string[] {
    const { journal } = this.#options
    const all = Array.from({ length: journal?.length ?? 0 }, (_, i) => journal?.key(i) ?? '')
    return all.filter((key) => key.startsWith(prefix))
  }

  #changed(): void {
    this.#snapshot = [...this.#slots.values()]
      .map(({ version: _, sending: __, ...unsaved }) => unsaved)
      .sort((a, b) => a.since - b.since)
    for (const listener of this.#listeners) listener()
  }
}
