/**
 * The text of tokens as they arrive: whole characters only, and up to the first stop string. Text that might be the
 * beginning of a stop string is held back until it is known.
 */
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'

export interface TextStreamOptions {
  stops: readonly string[]
  /** Whether special tokens are part of the text. */
  keepSpecial?: boolean
  /** Leaves out the white space that the text begins with. */
  trimStart?: boolean
}

export class TextStream {
  readonly #tokenizer: Tokenizer
  readonly #options: TextStreamOptions
  readonly #ids: number[] = []
  /** Ids before `#from` are only context for decoding; those before `#read` have been decoded. */
  #from = 0
  #read = 0
  #held = ''
  #isStopped = false
  #length = 0

  constructor(tokenizer: Tokenizer, options: TextStreamOptions) {
    this.#tokenizer = tokenizer
    this.#options = options
  }

  /** Whether a stop string was found: nothing follows. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Characters of all whole tokens so far, also of text that is held back. */
  get length(): number {
    return this.#length
  }

  /** What the last token has from the stop string on; empty if none was found. */
  get rest(): string {
    return this.#isStopped ? this.#held : ''
  }

  /** @returns the text that is certain now, with text before the first token */
  begin(text: string): string {
    return this.#certain(text, false)
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
    return this.#tokenizer.decode(this.#ids.slice(start, end), {
      skipSpecial: !this.#options.keepSpecial,
    })
  }

  #certain(decoded: string, isEnd: boolean): string {
    if (this.#isStopped) return ''
    const { stops, trimStart } = this.#options
    const text = trimStart && this.#length === 0 ? decoded.trimStart() : decoded
    this.#held += text
    this.#length += text.length
    const ends = stops.map((stop) => this.#held.indexOf(stop)).filter((index) => index >= 0)
    this.#isStopped = ends.length > 0
    const length = this.#isStopped ? Math.min(...ends) : this.#held.length - (isEnd ? 0 : this.#suspect())
    const certain = this.#held.slice(0, length)
    this.#held = this.#held.slice(length)
    return certain
  }

  /** Length of the longest end of the held text with which a stop string begins. */
  #suspect(): number {
    const { stops } = this.#options
    const longest = Math.max(0, ...stops.map((stop) => stop.length - 1))
    for (let length = Math.min(longest, this.#held.length); length > 0; length--)
      if (stops.some((stop) => stop.startsWith(this.#held.slice(-length)))) return length
    return 0
  }
}
