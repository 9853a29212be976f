/** A queue that callbacks fill and an iterator reads, in order. */

export class Queue<T> {
  readonly #values: T[] = []
  #wake = () => {}
  #isClosed = false

  push(value: T): void {
    this.#values.push(value)
    this.#wake()
  }

  /** Reading ends after the values that are already in the queue. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  /** For one reader. */
  async *read(): AsyncGenerator<T, void> {
    for (;;) {
      if (this.#values.length > 0) yield this.#values.shift()!
      else if (this.#isClosed) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
