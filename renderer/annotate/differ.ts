/** Keeps an editor's diff current: asks the worker about the newest text only, in words or in tokens. */
import type { Tokenization } from '../../electron/contract/annotate.ts'
import type { EditDiff } from './edit-diff.ts'

export type Tokenize = (text: string) => Promise<Tokenization>

/** First the rejected text, then each edited text to compare with it; `tokens` is null for words. */
export type DiffRequest =
  | { rejected: string; tokens: Tokenization | null }
  | { edited: string; tokens: Tokenization | null }

/** The worker's reply to an edited text. */
export interface DiffReply {
  diff?: EditDiff
  /** Why there is no diff. */
  problem?: string
}

/** The part of a Worker that is used. */
interface DiffWorker {
  postMessage(request: DiffRequest): void
  addEventListener(type: 'message', listener: (event: { data: DiffReply }) => void): void
  terminate(): void
}

/** How long typing must pause before a text is tokenized. */
const pauseMs = 80

export class Differ {
  readonly #worker: DiffWorker
  readonly #rejected: string
  readonly #onReply: (edited: string, reply: DiffReply) => void
  #tokenize: Tokenize | null = null
  /** Settled once the worker has the rejected text in the current unit. */
  #ready: Promise<void> | null = null
  #isBusy = false
  #next: string | null = null
  #onMessage: (reply: DiffReply) => void = () => {}

  constructor(worker: DiffWorker, rejected: string, onReply: (edited: string, reply: DiffReply) => void) {
    this.#worker = worker
    this.#rejected = rejected
    this.#onReply = onReply
    worker.addEventListener('message', ({ data }) => this.#onMessage(data))
  }

  /** Changes the unit of the diff. @param tokenize null for words */
  setUnit(tokenize: Tokenize | null): void {
    this.#tokenize = tokenize
    this.#ready = null
  }

  /** Asks for the diff of a text; an older text that is still waiting is dropped. */
  ask(edited: string): void {
    this.#next = edited
    if (!this.#isBusy) void this.#catchUp()
  }

  close(): void {
    this.#next = null
    this.#worker.terminate()
  }

  async #catchUp(): Promise<void> {
    this.#isBusy = true
    while (this.#next !== null) {
      if (this.#tokenize) await this.#pause()
      const edited = this.#next
      if (edited === null) break
      this.#next = null
      const tokenize = this.#tokenize
      const reply = await this.#diff(edited, tokenize).catch((error: Error) => ({ problem: error.message }))
      if (tokenize === this.#tokenize) this.#onReply(edited, reply)
      else this.#next ??= edited
    }
    this.#isBusy = false
  }

  /** Tokenizing is a call to the host, so it waits for a pause in typing. */
  async #pause(): Promise<void> {
    for (let before: string | null = null; before !== this.#next; ) {
      before = this.#next
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  async #diff(edited: string, tokenize: Tokenize | null): Promise<DiffReply> {
    this.#ready ??= this.#sendRejected(tokenize)
    try {
      await this.#ready
    } catch (error) {
      // The next key tries again.
      this.#ready = null
      throw error
    }
    const tokens = tokenize && (await tokenize(edited))
    return new Promise((resolve) => {
      this.#onMessage = resolve
      this.#worker.postMessage({ edited, tokens })
    })
  }

  async #sendRejected(tokenize: Tokenize | null): Promise<void> {
    const tokens = tokenize && (await tokenize(this.#rejected))
    this.#worker.postMessage({ rejected: this.#rejected, tokens })
  }
}
