/** Keeps an editor's diff current: asks the worker for that of the newest text only, in words or in tokens. */
import type { TokenCut } from '../../electron/contract/annotate.ts'
import type { EditDiff } from './edit-diff.ts'

/** Cuts a text into tokens. */
export type Cutter = (text: string) => Promise<TokenCut>

/** First the rejected text, then each edited one that is compared with it; `cut` is null for words. */
export type DiffRequest =
  | { rejected: string; cut: TokenCut | null }
  | { edited: string; cut: TokenCut | null }

/** Of the worker to an edited text. */
export interface DiffAnswer {
  diff?: EditDiff
  /** Why there is none. */
  problem?: string
}

/** What is used of a Worker. */
interface Aligner {
  postMessage(request: DiffRequest): void
  addEventListener(type: 'message', hear: (event: { data: DiffAnswer }) => void): void
  terminate(): void
}

/** Without a key, in tokens. */
const restMs = 80

export class Differ {
  readonly #worker: Aligner
  readonly #rejected: string
  readonly #onFound: (edited: string, found: DiffAnswer) => void
  #cutter: Cutter | null = null
  /** Settled once the worker has the rejected text as it is cut now. */
  #begun: Promise<void> | null = null
  #isBusy = false
  #next: string | null = null
  #hear: (answer: DiffAnswer) => void = () => {}

  constructor(worker: Aligner, rejected: string, onFound: (edited: string, found: DiffAnswer) => void) {
    this.#worker = worker
    this.#rejected = rejected
    this.#onFound = onFound
    worker.addEventListener('message', ({ data }) => this.#hear(data))
  }

  /** @param cutter null for words */
  cutBy(cutter: Cutter | null): void {
    this.#cutter = cutter
    this.#begun = null
  }

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
      if (this.#cutter) await this.#pause()
      const edited = this.#next
      if (edited === null) break
      this.#next = null
      const cutter = this.#cutter
      const found = await this.#find(edited, cutter).catch((error: Error) => ({ problem: error.message }))
      if (cutter === this.#cutter) this.#onFound(edited, found)
      else this.#next ??= edited
    }
    this.#isBusy = false
  }

  /** Cutting goes to the host and back: it waits until the keys rest. */
  async #pause(): Promise<void> {
    for (let before: string | null = null; before !== this.#next; ) {
      before = this.#next
      await new Promise((resolve) => setTimeout(resolve, restMs))
    }
  }

  async #find(edited: string, cutter: Cutter | null): Promise<DiffAnswer> {
    this.#begun ??= this.#begin(cutter)
    try {
      await this.#begun
    } catch (error) {
      // It is tried again at the next key.
      this.#begun = null
      throw error
    }
    const cut = cutter && (await cutter(edited))
    return new Promise((resolve) => {
      this.#hear = resolve
      this.#worker.postMessage({ edited, cut })
    })
  }

  async #begin(cutter: Cutter | null): Promise<void> {
    this.#worker.postMessage({ rejected: this.#rejected, cut: cutter && (await cutter(this.#rejected)) })
  }
}
