/**
 * The text of tokens as they arrive: whole characters only, and up to the first stop string. Text that might be the
 * beginning of a stop string is held back until it is known.
 */
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'

export class TextStream {
  readonly #tokenizer: Tokenizer
  readonly #stops: readonly string[]
  readonly #ids: number[] = []
  /** Ids before `#from` are only context for decoding; those before `#read` have been decoded. */
  #from = 0
  #read = 0
  #held = ''
  #isStopped = false
  #length = 0

  constructor(tokenizer: Tokenizer, stops: readonly string[]) {
    this.#tokenizer = tokenizer
    this.#stops = stops
  }

  /** Whether a stop string was found: nothing follows. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Characters of all whole tokens so far, also of text that is held back. */
  get length(): number {
    return this.#length
  }

  /** @returns the text that is certain now */
  push(id: number): string {
    this.#ids.push(id)
    return this.#certain(this.#decoded(false), false)
  }

  /** @returns the rest, when no token follows */
  end(): string {
    return this.#certain(this.#decoded(true), true)
  }

  /** A character may take several tokens, and a token's text may depend on the one before it. */
  #decoded(isEnd: boolean): string {
    const before = this.#decode(this.#from, this.#read)
    const all = this.#decode(this.#from, this.#ids.length)
    if (!isEnd && all.endsWith('\uFFFD')) return ''
    this.#from = this.#read
    this.#read = this.#ids.length
    return all.slice(before.length)
  }

  #decode(start: number, end: number): string {
    return this.#tokenizer.decode(this.#ids.slice(start, end), { skipSpecial: true })
  }

  #certain(text: string, isEnd: boolean): string {
    if (this.#isStopped) return ''
    this.#held += text
    this.#length += text.length
    const ends = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((index) => index >= 0)
    this.#isStopped = ends.length > 0
    const length = this.#isStopped ? Math.min(...ends) : this.#held.length - (isEnd ? 0 : this.#suspect())
    const certain = this.#held.slice(0, length)
    this.#held = this.#held.slice(length)
    return certain
  }

  /** Length of the longest end of the held text with which a stop string begins. */
  #suspect(): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1))
    for (let length = Math.min(longest, this.#held.length); length > 0; length--)
      if (this.#stops.some((stop) => stop.startsWith(this.#held.slice(-length)))) return length
    return 0
  }
}
