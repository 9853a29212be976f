/** Generation for those who ask: rows that wait are generated in batches, and the batches take turns token by token. */
import type { AskOf, ServeAsk } from '../../../contract/serving.ts'
import { Generator } from '../../../engine/generation/generate.ts'
import { tokensFromLogits } from '../../../engine/generation/next-token.ts'
import type { Model } from '../../../engine/model/model.ts'
import { bucketLength } from '../../../engine/training/batch.ts'
import { type Desk, type DeskTools, refusing } from './desk.ts'
import { chooseToken, logprobsAt } from './row-sampling.ts'

type Row = AskOf<'generate'>

const rowCounts = [1, 4, 8]
const maxRows = rowCounts.at(-1)!

const maxIdle = 4

/** Batches that take turns. */
const maxBatches = 4

/** Rows times positions of a batch, which bound the memory of its cache; a single row may have more. */
const maxSlots = 8192

export class GenerateDesk implements Desk {
  readonly #tools: DeskTools
  readonly #waiting: Row[] = []
  #batches: Batch[] = []
  /** Kept because they are compiled for a shape, the one that was used last at the end. */
  readonly #idle: Compiled[] = []

  constructor(tools: DeskTools) {
    this.#tools = tools
  }

  take(ask: ServeAsk): boolean {
    if (ask.type !== 'generate') return false
    this.#waiting.push(ask)
    return true
  }

  drop(row: number): void {
    const index = this.#waiting.findIndex((waiting) => waiting.row === row)
    if (index >= 0) this.#waiting.splice(index, 1)
    for (const batch of this.#batches) batch.drop(row)
  }

  step(): boolean {
    if (this.#waiting.length > 0 && this.#batches.length < maxBatches) this.#start()
    this.#batches = this.#batches.filter((batch) => {
      let isDone = true
      refusing(batch.open, this.#tools.reply, () => {
        isDone = batch.step()
      })
      if (isDone) this.#idle.push(batch.compiled)
      return !isDone
    })
    return this.#batches.length > 0 || this.#waiting.length > 0
  }

  dispose(): void {
    for (const { generator } of [...this.#idle, ...this.#batches.map(({ compiled }) => compiled)])
      generator.dispose()
  }

  #start(): void {
    const rows = this.#waiting.splice(0, countThatFit(this.#waiting, this.#tools.model.config))
    const shape = shapeOf(rows, this.#tools.model.config)
    this.#batches.push(new Batch(this.#tools, this.#compiledFor(shape), { rows, ...shape }))
  }

  #compiledFor({ count, slots }: Shape): Compiled {
    const key = `${count}x${slots}`
    const index = this.#idle.findIndex((compiled) => compiled.key === key)
    if (index >= 0) return this.#idle.splice(index, 1)[0]!
    const { generator } = (this.#idle.length < maxIdle ? undefined : this.#idle.shift()) ?? {
      generator: new Generator(this.#tools.model),
    }
    return { key, generator }
  }
}

interface Compiled {
  key: string
  generator: Generator
}

/** What is compiled for: rows, positions of the prompts, and positions in all. */
interface Shape {
  count: number
  queryLength: number
  slots: number
}

const minQueryLength = 32
const minSlots = 128

/** Few different shapes, because each takes seconds to compile; rows that fill up are not computed. */
function shapeOf(rows: readonly Row[], { maxPositions }: Model['config']): Shape {
  const longest = Math.max(...rows.map(({ ids }) => ids.length))
  const fresh = Math.max(...rows.map(({ maxNewTokens }) => maxNewTokens))
  const queryLength = Math.min(bucketLength(Math.max(longest, minQueryLength)), maxPositions - fresh)
  return {
    count: rowCounts.find((size) => size >= rows.length)!,
    queryLength,
    slots: Math.max(minSlots, 2 ** Math.ceil(Math.log2(queryLength + fresh))),
  }
}

/** How many of the first rows fit one batch. */
function countThatFit(rows: readonly Row[], { maxPositions }: Model['config']): number {
  let [query, fresh] = [0, 0]
  for (const [i, { ids, maxNewTokens }] of rows.entries()) {
    query = Math.max(query, ids.length)
    fresh = Math.max(fresh, maxNewTokens)
    const fits = query + fresh <= maxPositions && (i + 1) * (query + fresh) <= maxSlots
    if (i > 0 && (i >= maxRows || !fits)) return i
  }
  return rows.length
}

/** Rows that are generated together. */
class Batch {
  readonly compiled: Compiled
  readonly #tools: DeskTools
  readonly #rows: readonly Row[]
  readonly #isClosed: boolean[]
  readonly #positions: Iterator<(number | null)[]>
  #position = 0
  #logits: { values: Float32Array; size: number } | null = null

  constructor(tools: DeskTools, compiled: Compiled, { rows, ...shape }: Shape & { rows: readonly Row[] }) {
    this.compiled = compiled
    this.#tools = tools
    this.#rows = rows
    this.#isClosed = Array.from({ length: shape.count }, (_, b) => b >= rows.length)
    this.#positions = this.#generate(shape)
  }

  /** The rows that still get tokens. */
  get open(): number[] {
    return this.#rows.flatMap(({ row }, b) => (this.#isClosed[b] ? [] : [row]))
  }

  drop(row: number): void {
    const b = this.#rows.findIndex((other) => other.row === row)
    if (b >= 0) this.#isClosed[b] = true
  }

  /** One more position. @returns whether all rows are complete */
  step(): boolean {
    if (this.open.length === 0) return true
    const next = this.#positions.next()
    if (next.done) return true
    this.#position++
    for (const [b, token] of next.value.entries()) if (token !== null) this.#report(b, token)
    return this.open.length === 0
  }

  #generate({ count, queryLength, slots }: Shape): Iterator<(number | null)[]> {
    const { model, tokenizer } = this.#tools
    const filled = Array.from({ length: count }, (_, b) => this.#rows[b]?.ids ?? [tokenizer.padId])
    const longest = Math.max(...this.#rows.map(({ ids }) => ids.length))
    const options = {
      // As many as the shape has room for; each row ends at its own maximum.
      maxNewTokens: Math.min(slots - queryLength, model.config.maxPositions - longest),
      queryLength,
      eosIds: model.config.eosIds,
      padId: tokenizer.padId,
      // What follows is decided row by row.
      temperature: 0,
      topK: 0,
      topP: 1,
      seed: 0,
      stream: 'serve',
    }
    const choice = tokensFromLogits(model, (values, size) => {
      this.#logits = { values, size }
      return Int32Array.from(filled, (_, b) => this.#choose(b))
    })
    return this.compiled.generator.positions(filled, options, {
      choice,
      isStopped: (b) => this.#isClosed[b]!,
    })
  }

  #choose(b: number): number {
    const row = this.#rows[b]
    if (!row || this.#isClosed[b]) return this.#tools.tokenizer.padId
    return chooseToken(this.#logitsOf(b), row, this.#position)
  }

  #logitsOf(b: number): Float32Array {
    const { values, size } = this.#logits!
    return values.subarray(b * size, (b + 1) * size)
  }

  #report(b: number, id: number): void {
    const { row, logprobs, maxNewTokens } = this.#rows[b]!
    const isEnd = this.#tools.model.config.eosIds.includes(id)
    if (!isEnd) {
      const measured =
        logprobs === null ? { logprob: null, top: [] } : logprobsAt(this.#logitsOf(b), id, logprobs)
      this.#tools.reply({ type: 'token', row, id, ...measured })
    }
    if (!isEnd && this.#position < maxNewTokens) return
    this.#isClosed[b] = true
    this.#tools.reply({ type: 'ended', row, reason: isEnd ? 'stop' : 'length' })
  }
}
