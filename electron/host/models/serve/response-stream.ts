/**
 * A response as its tokens arrive: what the model thinks (`<think>…</think>` at the beginning) apart from its answer,
 * which ends at a stop string. A thought never becomes part of the answer, also if its end is not reached.
 */
import type { Alternatives } from '../../../contract/serving.ts'
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'
import { thinkingEnd, thinkingStart } from '../../../engine/tokenizer/thinking.ts'
import { TextStream } from './text-stream.ts'

export interface TokenPart {
  id: number
  logprob: number | null
  top: Alternatives
  /** Where its text begins in the answer. */
  offset: number
}

/** A part of a response. */
export interface Part {
  text: string
  /** What the model thought before its answer, without the tags. */
  reasoning: string
  /** Those of the answer. */
  tokens: TokenPart[]
  /** Set in the last part. */
  finish: 'stop' | 'length' | null
  /** Tokens that were generated so far, with the end token. */
  generated: number
  /** Those of them that are the thought. */
  thought: number
}

/** Null if a thought is text like any other; `isOpen` if the prompt has begun one. */
export type Thinking = { isOpen: boolean } | null

type Piece = Pick<Part, 'text' | 'reasoning'>
type Token = Omit<TokenPart, 'offset'>

const nothing: Piece = { text: '', reasoning: '' }

export class ResponseStream {
  readonly #tokenizer: Tokenizer
  readonly #stops: readonly string[]
  readonly #isOpen: boolean
  #answer: TextStream
  /** While the model thinks. */
  #thought: TextStream | null = null
  /** The first tokens, until it is known whether they begin a thought; null from then on. */
  #first: Token[] | null
  /** White space that is left out if the thought ends after it. */
  #blanks = ''
  readonly #waiting: TokenPart[] = []
  #sent = 0
  #generated = 0
  #thoughtTokens = 0

  constructor(tokenizer: Tokenizer, stops: readonly string[], thinking: Thinking) {
    this.#tokenizer = tokenizer
    this.#stops = stops
    this.#isOpen = thinking?.isOpen ?? false
    this.#first = thinking ? [] : null
    this.#answer = new TextStream(tokenizer, { stops })
  }

  push(token: Token): Part {
    this.#generated++
    const piece = this.#first ? this.#begin([...this.#first, token], false) : this.#read(token)
    return this.#part(piece, this.#answer.isStopped ? 'stop' : null)
  }

  /** @param reason why no token follows: `stop` after an end token */
  end(reason: 'stop' | 'length'): Part {
    if (reason === 'stop') this.#generated++
    const held = this.#first ? this.#begin(this.#first, true) : nothing
    const rest = this.#thought
      ? { text: '', reasoning: this.#withoutBlanks(this.#thought.end()) }
      : { text: this.#answer.end(), reasoning: '' }
    return this.#part(joined([held, rest]), this.#answer.isStopped ? 'stop' : reason)
  }

  /** The tag may be one special token or several ordinary ones, with white space before it. */
  #begin(tokens: Token[], isEnd: boolean): Piece {
    const text = this.#tokenizer.decode(tokens.map(({ id }) => id)).trimStart()
    const begins = text.startsWith(thinkingStart)
    const mayBegin = !isEnd && thinkingStart.startsWith(text)
    if (mayBegin && !begins) {
      this.#first = tokens
      return nothing
    }
    this.#first = null
    if (!begins && !this.#isOpen) return joined(tokens.map((token) => this.#read(token)))
    this.#thought = new TextStream(this.#tokenizer, {
      stops: [thinkingEnd],
      keepSpecial: true,
      trimStart: true,
    })
    if (!begins) return joined(tokens.map((token) => this.#read(token)))
    this.#thoughtTokens = tokens.length
    return this.#think(this.#thought, this.#thought.begin(text.slice(thinkingStart.length)))
  }

  #read(token: Token): Piece {
    if (this.#thought) {
      this.#thoughtTokens++
      return this.#think(this.#thought, this.#thought.push(token.id))
    }
    this.#waiting.push({ ...token, offset: this.#answer.length })
    return { text: this.#answer.push(token.id), reasoning: '' }
  }

  /** The token that ends the thought may also begin the answer. */
  #think(thought: TextStream, text: string): Piece {
    const reasoning = this.#withoutBlanks(text)
    if (!thought.isStopped) return { text: '', reasoning }
    this.#thought = null
    this.#answer = new TextStream(this.#tokenizer, { stops: this.#stops, trimStart: true })
    return { text: this.#answer.begin(thought.rest.slice(thinkingEnd.length)), reasoning }
  }

  #withoutBlanks(text: string): string {
    const all = this.#blanks + text
    const certain = all.trimEnd()
    this.#blanks = all.slice(certain.length)
    return certain
  }

  #part({ text, reasoning }: Piece, finish: Part['finish']): Part {
    this.#sent += text.length
    const isWhole = finish !== null && !this.#answer.isStopped
    const complete = this.#waiting.filter(({ offset }) => isWhole || offset < this.#sent)
    this.#waiting.splice(0, complete.length)
    return {
      text,
      reasoning,
      tokens: complete,
      finish,
      generated: this.#generated,
      thought: this.#thoughtTokens,
    }
  }
}

function joined(pieces: readonly Piece[]): Piece {
  return {
    text: pieces.map(({ text }) => text).join(''),
    reasoning: pieces.map(({ reasoning }) => reasoning).join(''),
  }
}
