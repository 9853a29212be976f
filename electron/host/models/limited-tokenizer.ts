/**
 * A model's tokenizer for the host: its work is done in a process that is ended when it takes too long, because a model
 * from outside brings regular expressions and a template, which may never end. The host answers others meanwhile.
 */
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { EditedPair, Message, PairLabels } from '../../contract/records.ts'
import { LimitedProcess, type Question } from '../../engine/limited-process.ts'
import type { Encoding } from '../../engine/tokenizer/index.ts'
import { stageOf, type TokenizerStage } from '../../engine/tokenizer/stage.ts'

export type TokenizerCall =
  | { type: 'hash' }
  | { type: 'encode'; text: string }
  | { type: 'chats'; chats: Message[][] }
  | { type: 'label'; pairs: { id: string; rejected: string; edited: string }[] }

export interface TokenizerLimits {
  /** For any call, and for each million characters of text besides. */
  baseMs: number
  perMillionMs: number
  memoryMiB: number
}

const defaultLimits: TokenizerLimits = { baseMs: 10_000, perMillionMs: 60_000, memoryMiB: 2048 }

/** The process's entry: TypeScript in a clone, JavaScript in the built app. */
const entry = path.join(import.meta.dirname, `tokenizer-process${path.extname(import.meta.filename)}`)

/** Labelled in one call: large enough that calls cost little, small enough for progress. */
export const pairsPerCall = 50

export class LimitedTokenizer {
  readonly #path: string
  readonly #limits: TokenizerLimits
  readonly #process: LimitedProcess

  /** @param file a model folder, a tokenizer.json, or a GGUF file; it is opened at the first call */
  constructor(file: string, limits: TokenizerLimits = defaultLimits) {
    this.#path = file
    this.#limits = limits
    const args = [path.resolve(file)]
    this.#process = new LimitedProcess({ entry, args, memoryMiB: limits.memoryMiB })
  }

  async hash(): Promise<string> {
    return (await this.#call({ type: 'hash' }, 0)) as string
  }

  async encodeWithOffsets(text: string): Promise<Encoding> {
    return (await this.#call({ type: 'encode', text }, text.length)) as Encoding
  }

  /** Ids of conversations, each with the beginning of an answer. */
  async encodeChats(chats: Message[][]): Promise<number[][]> {
    const length = chats.flat().reduce((sum, { content }) => sum + content.length, 0)
    return (await this.#call({ type: 'chats', chats }, length)) as number[][]
  }

  /** @returns null for a pair whose texts are too long to align */
  async label(pairs: readonly EditedPair[]): Promise<(PairLabels | null)[]> {
    const texts = pairs.map(({ item, rejected, edited }) => ({ id: item.id, rejected, edited }))
    const length = texts.reduce((sum, { rejected, edited }) => sum + rejected.length + edited.length, 0)
    return (await this.#call({ type: 'label', pairs: texts }, length)) as (PairLabels | null)[]
  }

  /** @throws UserError that names a pair whose texts are too long to align */
  async labelAll(pairs: readonly EditedPair[]): Promise<PairLabels[]> {
    const labels = await this.label(pairs)
    return labels.map((found, i) => {
      if (found !== null) return found
      const message = `Item ${pairs[i]!.item.id} is too long to label. Split it into shorter ones.`
      throw new UserError('bad_input', message)
    })
  }

  /** Ends the process; the next call starts another. */
  close(): void {
    this.#process.end()
  }

  #call(message: TokenizerCall, length: number): Promise<unknown> {
    const limitMs = this.#limits.baseMs + (this.#limits.perMillionMs * length) / 1e6
    const tooMuch: Question['tooMuch'] = ({ what, ms, stage }) => {
      const limit = what === 'time' ? `${Math.ceil(ms / 1000)} s` : `${this.#limits.memoryMiB} MiB`
      return tooMuchFor(this.#path, stageOf(stage), `more than ${limit} for ${length} characters`)
    }
    return this.#process.ask({ message, limitMs, tooMuch })
  }
}

/** @param need such as "more than 10 s for 20 characters" */
export function tooMuchFor(file: string, stage: TokenizerStage, need: string): UserError {
  const what = stage === 'definition' ? 'its tokenizer needs' : `"${stage}" of its tokenizer needs`
  const message = `${file}: ${what} ${need}, so it was stopped. Use another tokenizer, or correct this part of it.`
  return new UserError('bad_input', message)
}

/** Chunks for calls. */
export function* callsOf<T>(all: Iterable<T>): Generator<T[]> {
  let chunk: T[] = []
  for (const each of all) {
    chunk.push(each)
    if (chunk.length < pairsPerCall) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
