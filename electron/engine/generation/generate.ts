/**
 * Batched generation with a KV cache: queries padded on the left, one compiled call for the prompt and one for
 * each token. Deterministic: each row's random numbers depend on the seed, the row's own number and the position,
 * never on what else is in the batch.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { Model } from '../model/model.ts'
import { weightsOf } from '../model/model.ts'
import {
  causalBias,
  decodeBias,
  hiddenStates,
  type KvCache,
  logitsOf,
  maskedScore,
} from '../model/transformer.ts'
import { uniforms } from '../random.ts'
import { type CompiledFunction, compile } from '../runtime/compile.ts'
import { type Variable, zerosVariable } from '../runtime/variable.ts'
import { bucketLength, type PaddedBatch, padSequences } from '../training/batch.ts'
import { filteredProbabilities, type SamplingOptions, sampleFrom, sampleInGraph } from './sample.ts'

export interface GenerationOptions extends SamplingOptions {
  maxNewTokens: number
  /** A row ends after any of these. */
  eosIds: readonly number[]
  padId: number
  seed: number
  /** Names the purpose of the random numbers; the same stream and row give the same text. */
  stream: string
  /** Number of the first row among all rows of this stream. */
  firstRow?: number
  /** Common length that prompts are padded to; by default the bucket of the longest. */
  queryLength?: number
}

export interface GeneratedRow {
  /** Token ids up to and including the first EOS. */
  response: number[]
  /** Whether it ended by EOS rather than by length. */
  ended: boolean
}

type CacheVariables = Pick<KvCache, 'keys' | 'values'>

/** What changes from call to call besides the tokens. */
type NextToken = (logits: tf.Tensor, uniformNumbers: tf.Tensor) => tf.Tensor

export class Generator {
  readonly #model: Model
  readonly #prefills = new Map<string, CompiledFunction>()
  readonly #decodes = new Map<string, CompiledFunction>()
  #cache: { key: string; keys: Variable[]; values: Variable[] } | null = null

  constructor(model: Model) {
    this.#model = model
  }

  /**
   * @param queries token ids of each prompt
   * @param onToken called after each position with the rows' new tokens (null where a row has ended)
   * @throws UserError when a prompt and its answer do not fit the model's context
   */
  generate(
    queries: readonly (readonly number[])[],
    options: GenerationOptions,
    onToken?: (tokens: (number | null)[]) => void,
  ): GeneratedRow[] {
    this.#checkFits(queries, options)
    const padded = padSequences(queries, options.padId, 'left', options.queryLength)
    const cache = this.#cacheFor(padded.rows, bucketLength(padded.length + options.maxNewTokens))
    const rows: GeneratedRow[] = queries.map(() => ({ response: [], ended: false }))
    let tokens = this.#prefill(padded, cache, options)
    for (let step = 0; ; step++) {
      const fresh = rows.map((row, b) => (row.ended ? null : append(row, tokens[b]!, options.eosIds)))
      onToken?.(fresh)
      if (step + 1 >= options.maxNewTokens || rows.every((row) => row.ended)) return rows
      tokens = this.#decode(tokens, padded, cache, step + 1, options)
    }
  }

  dispose(): void {
    for (const fn of [...this.#prefills.values(), ...this.#decodes.values()]) fn.dispose()
    this.#disposeCache()
  }

  #checkFits(queries: readonly (readonly number[])[], { maxNewTokens }: GenerationOptions): void {
    if (queries.some((query) => query.length === 0))
      throw new UserError('bad_input', 'A prompt is empty. Give it at least one token to go on from.')
    const longest = Math.max(...queries.map((q) => q.length))
    const { maxPositions } = this.#model.config
    if (longest + maxNewTokens <= maxPositions) return
    throw new UserError(
      'bad_input',
      `A prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the model's context of ${maxPositions}. Shorten the prompt or lower the number of new tokens.`,
    )
  }

  #prefill(padded: PaddedBatch, cache: CacheVariables, options: GenerationOptions): Int32Array {
    const { rows, length } = padded
    return this.#choose(options, 0, rows, (next, numbers) => {
      const fn = this.#compiled(this.#prefills, 'prefill', next, cache, (ids, positions, mask, uniform) => {
        const attentionBias = prefillBias(mask!, cache.keys[0]!.shape[2]!)
        const zero = tf.scalar(0, 'int32')
        const kv = { ...cache, position: zero, firstReal: zero }
        const hidden = this.#hidden({ ids: ids!, positions: positions!, attentionBias }, kv)
        return [lastOfEachRow(hidden, ids!.shape), uniform!]
      })
      return fn.call(
        tf.tensor2d(padded.ids, [rows, length], 'int32'),
        tf.tensor2d(padded.positions, [rows, length], 'int32'),
        tf.tensor2d(padded.mask, [rows, length]),
        numbers,
      )
    })
  }

  #decode(
    tokens: Int32Array,
    padded: PaddedBatch,
    cache: CacheVariables,
    step: number,
    options: GenerationOptions,
  ): Int32Array {
    const { rows, length } = padded
    const firstReal = Int32Array.from({ length: rows }, (_, b) =>
      padded.mask.subarray(b * length, (b + 1) * length).indexOf(1),
    )
    const slot = length + step - 1
    return this.#choose(options, step, rows, (next, numbers) => {
      const fn = this.#compiled(this.#decodes, 'decode', next, cache, (ids, first, position, uniform) => {
        const positions = tf.expandDims(tf.sub(position!, first!), 1)
        const attentionBias = decodeBias(first!, position!, cache.keys[0]!.shape[2]!)
        const hidden = this.#hidden(
          { ids: ids!, positions, attentionBias },
          { ...cache, position: position!, firstReal: first! },
        )
        return [hidden, uniform!]
      })
      return fn.call(
        tf.tensor2d(tokens, [rows, 1], 'int32'),
        tf.tensor1d(firstReal, 'int32'),
        tf.scalar(slot, 'int32'),
        numbers,
      )
    })
  }

  #hidden(batch: { ids: tf.Tensor; positions: tf.Tensor; attentionBias: tf.Tensor }, kv: KvCache): tf.Tensor {
    return hiddenStates(this.#model.config, weightsOf(this.#model), batch, kv)
  }

  /** Compiles the step that ends in the given choice of token, once for each kind and cache. */
  #compiled(
    known: Map<string, CompiledFunction>,
    name: string,
    next: { key: string; choose: NextToken },
    cache: CacheVariables,
    hidden: (...inputs: tf.Tensor[]) => [hidden: tf.Tensor, uniform: tf.Tensor],
  ): CompiledFunction {
    const key = `${next.key}/${cache.keys[0]!.shape}`
    const found = known.get(key)
    if (found) return found
    const fn = compile(name, (...inputs) => {
      const [state, uniform] = hidden(...inputs)
      return [next.choose(logitsOf(this.#model.config, weightsOf(this.#model), state), uniform)]
    })
    known.set(key, fn)
    return fn
  }

  /** Draws this position's random numbers and runs the step with the right choice of token. */
  #choose(
    options: GenerationOptions,
    step: number,
    rows: number,
    run: (next: { key: string; choose: NextToken }, numbers: tf.Tensor) => tf.Tensor[],
  ): Int32Array {
    const numbers = rowUniforms(options, step, rows)
    return tf.tidy(() => {
      const filtered = options.temperature > 0 && (options.topK > 0 || options.topP < 1)
      const [output] = run(nextToken(options, filtered), tf.tensor1d(numbers))
      if (!filtered) return output!.dataSync() as Int32Array
      const logits = output!.dataSync() as Float32Array
      const size = logits.length / rows
      return Int32Array.from({ length: rows }, (_, b) =>
        sampleFrom(filteredProbabilities(logits.subarray(b * size, (b + 1) * size), options), numbers[b]!),
      )
    })
  }

  #cacheFor(rows: number, slots: number): CacheVariables {
    const { numLayers, numKvHeads, headDim } = this.#model.config
    const key = `${rows}x${slots}`
    if (this.#cache?.key === key) return this.#cache
    this.#disposeCache()
    const make = (kind: string) =>
      Array.from({ length: numLayers }, (_, l) =>
        zerosVariable(`${kind}.${l}`, [rows, numKvHeads, slots, headDim]),
      )
    this.#cache = { key, keys: make('keys'), values: make('values') }
    return this.#cache
  }

  /** A function compiled for a cache holds its handles, so it goes with it. */
  #disposeCache(): void {
    if (!this.#cache) return
    for (const fn of [...this.#prefills.values(), ...this.#decodes.values()]) fn.dispose()
    this.#prefills.clear()
    this.#decodes.clear()
    for (const variable of [...this.#cache.keys, ...this.#cache.values]) variable.dispose()
    this.#cache = null
  }
}

/** Causal bias over a cache of `slots` slots, of which the prompt fills the first. */
function prefillBias(mask: tf.Tensor, slots: number): tf.Tensor {
  const unused = slots - mask.shape[1]!
  return tf.pad(
    causalBias(mask),
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, unused],
    ],
    maskedScore,
  )
}

/** (B*T, C) to (B, C): each row's last position */
function lastOfEachRow(hidden: tf.Tensor, shape: number[]): tf.Tensor {
  const [rows, length] = shape as [number, number]
  const size = hidden.shape[1]!
  const last = tf.slice(tf.reshape(hidden, [rows, length, size]), [0, length - 1, 0], [rows, 1, size])
  return tf.reshape(last, [rows, size])
}

function append(row: GeneratedRow, token: number, eosIds: readonly number[]): number {
  row.response.push(token)
  row.ended = eosIds.includes(token)
  return token
}

/** Uniform numbers of one position: row r draws from its own stream. */
function rowUniforms(
  { seed, stream, firstRow = 0 }: GenerationOptions,
  step: number,
  rows: number,
): Float32Array {
  return Float32Array.from(
    { length: rows },
    (_, b) => uniforms({ seed, stream: `${stream}/${firstRow + b}` }, step, 1)[0]!,
  )
}

function nextToken({ temperature }: SamplingOptions, filtered: boolean): { key: string; choose: NextToken } {
  if (temperature === 0) return { key: 'greedy', choose: (logits) => tf.cast(tf.argMax(logits, 1), 'int32') }
  if (filtered) return { key: 'logits', choose: (logits) => logits }
  return {
    key: `sample ${temperature}`,
    choose: (logits, uniform) => sampleInGraph(tf.div(logits, temperature), uniform),
  }
}
