/**
 * Batched generation with a KV cache: queries padded on the left, one compiled call for the prompt and one per
 * token. Deterministic: each row's random numbers depend on the seed, the row's number and the position, never on the
 * rest of the batch.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { Model } from '../model/model.ts'
import { weightsOf } from '../model/model.ts'
import { causalBias, decodeBias, hiddenStates, type KvCache, maskedScore } from '../model/transformer.ts'
import { uniforms } from '../random.ts'
import { type CompiledFunction, compile, type TensorFunction } from '../runtime/compile.ts'
import { withLiveRows } from '../runtime/ops.ts'
import type { TensorRecord, Tensors } from '../runtime/tensor-record.ts'
import { type Variable, zerosVariable } from '../runtime/variable.ts'
import { bucketLength, type PaddedBatch, padSequences } from '../training/batch.ts'
import { type ChosenTokens, type NextToken, nextToken, readTokens, type StepOutputs } from './next-token.ts'
import type { SamplingOptions } from './sample.ts'

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
  /** Record log-probability, entropy and value of each sampled token. Plain sampling only: no top-k, no top-p. */
  measure?: boolean
  /** Common length that prompts are padded to; defaults to the bucket of the longest. */
  queryLength?: number
}

export interface GeneratedRow {
  /** Token ids up to and including the first EOS. */
  response: number[]
  /** Whether it ended with an EOS rather than at the maximum length. */
  ended: boolean
  /** One number per token, as below; all empty unless `measure` is set. */
  logprobs: number[]
  /** Of the distribution that the token was drawn from, in nats. */
  entropy: number[]
  /** The scalar head before the token; zero if the model has none. */
  values: number[]
}

type CacheVariables = Pick<KvCache, 'keys' | 'values'>

/** What one call of `generate` works on. */
interface Batch {
  padded: PaddedBatch
  cache: CacheVariables
  options: GenerationOptions
}

/** The compiled functions of one kind of step, one per way of choosing a token. */
interface Steps<In extends TensorRecord> {
  name: string
  compiled: Map<string, CompiledFunction<In, StepOutputs>>
}

type PrefillInputs = Tensors<'ids' | 'positions' | 'mask' | 'uniforms'>
type DecodeInputs = Tensors<'ids' | 'first' | 'slot' | 'live' | 'uniforms'>

export class Generator {
  readonly #model: Model
  readonly #prefills: Steps<PrefillInputs> = { name: 'prefill', compiled: new Map() }
  readonly #decodes: Steps<DecodeInputs> = { name: 'decode', compiled: new Map() }
  #cache: { key: string; keys: Variable[]; values: Variable[] } | null = null

  constructor(model: Model) {
    this.#model = model
  }

  /**
   * @param queries token ids of each prompt
   * @param onToken called after each position with the rows' new tokens (null if a row has ended)
   * @throws UserError if a prompt and its response do not fit the model's context
   */
  generate(
    queries: readonly (readonly number[])[],
    options: GenerationOptions,
    onToken?: (tokens: (number | null)[]) => void,
  ): GeneratedRow[] {
    this.#checkFits(queries, options)
    const padded = padSequences(queries, options.padId, 'left', options.queryLength)
    const cache = this.#cacheFor(padded.rows, bucketLength(padded.length + options.maxNewTokens))
    const rows = queries.map(
      (): GeneratedRow => ({ response: [], ended: false, logprobs: [], entropy: [], values: [] }),
    )
    const batch = { padded, cache, options }
    let step = this.#prefill(batch)
    for (let position = 1; ; position++) {
      const tokens = rows.map((row, b) => (row.ended ? null : append(row, step, b, options.eosIds)))
      onToken?.(tokens)
      if (position >= options.maxNewTokens || rows.every((row) => row.ended)) return rows
      step = this.#decode(batch, position, step.tokens, rows)
    }
  }

  dispose(): void {
    this.#disposeSteps()
    this.#disposeCache()
  }

  #checkFits(queries: readonly (readonly number[])[], { maxNewTokens }: GenerationOptions): void {
    if (queries.some((query) => query.length === 0))
      throw new UserError('bad_input', 'A prompt is empty. It must have at least one token.')
    const longest = Math.max(...queries.map((q) => q.length))
    const { maxPositions } = this.#model.config
    if (longest + maxNewTokens <= maxPositions) return
    throw new UserError(
      'bad_input',
      `A prompt of ${longest} tokens and ${maxNewTokens} new tokens do not fit the model's context of ${maxPositions}. Shorten the prompt or lower the number of new tokens.`,
    )
  }

  #prefill(batch: Batch): ChosenTokens {
    const { padded, cache } = batch
    const { rows, length } = padded
    return this.#step(this.#prefills, batch, 0, (choose, numbers) => ({
      fn: ({ ids, positions, mask, uniforms }) => {
        const attentionBias = prefillBias(mask, cache.keys[0]!.shape[2]!)
        const kv = { ...cache, position: tf.scalar(0, 'int32') }
        const hidden = this.#hidden({ ids, positions, attentionBias }, kv)
        return choose(lastOfEachRow(hidden, ids.shape), uniforms)
      },
      inputs: {
        ids: tf.tensor2d(padded.ids, [rows, length], 'int32'),
        positions: tf.tensor2d(padded.positions, [rows, length], 'int32'),
        mask: tf.tensor2d(padded.mask, [rows, length]),
        uniforms: tf.tensor1d(numbers),
      },
    }))
  }

  /**
   * @param tokens of the position before
   * @param rows those that have ended are not computed
   */
  #decode(batch: Batch, position: number, tokens: Int32Array, rows: readonly GeneratedRow[]): ChosenTokens {
    const { padded, cache } = batch
    return this.#step(this.#decodes, batch, position, (choose, numbers) => ({
      fn: ({ ids, first, slot, live, uniforms }) =>
        withLiveRows(live, () => {
          const positions = tf.expandDims(tf.sub(slot, first), 1)
          const attentionBias = decodeBias(first, slot, cache.keys[0]!.shape[2]!)
          const kv = { ...cache, position: slot, firstReal: first }
          return choose(this.#hidden({ ids, positions, attentionBias }, kv), uniforms)
        }),
      inputs: {
        ids: tf.tensor2d(tokens, [rows.length, 1], 'int32'),
        first: tf.tensor1d(firstRealSlots(padded), 'int32'),
        slot: tf.scalar(padded.length + position - 1, 'int32'),
        live: tf.tensor1d(
          Int32Array.from(rows, (row) => Number(!row.ended)),
          'int32',
        ),
        uniforms: tf.tensor1d(numbers),
      },
    }))
  }

  #hidden(batch: { ids: tf.Tensor; positions: tf.Tensor; attentionBias: tf.Tensor }, kv: KvCache): tf.Tensor {
    return hiddenStates(this.#model.config, weightsOf(this.#model), batch, kv)
  }

  /** Runs one position: draws its random numbers and calls the step, compiled once per way of choosing a token. */
  #step<In extends TensorRecord>(
    { name, compiled }: Steps<In>,
    { padded, options }: Batch,
    position: number,
    describe: (
      choose: NextToken['choose'],
      numbers: Float32Array,
    ) => { fn: TensorFunction<In, StepOutputs>; inputs: In },
  ): ChosenTokens {
    const numbers = rowUniforms(options, position, padded.rows)
    const { key, choose } = nextToken(this.#model, options, options.measure ?? false)
    tf.engine().startScope()
    try {
      const { fn, inputs } = describe(choose, numbers)
      const step = compiled.get(key) ?? compile(name, fn)
      compiled.set(key, step)
      return readTokens(step.call(inputs), numbers, options)
    } finally {
      tf.engine().endScope()
    }
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

  #disposeSteps(): void {
    for (const { compiled } of [this.#prefills, this.#decodes]) {
      for (const fn of compiled.values()) fn.dispose()
      compiled.clear()
    }
  }

  /** A function compiled for a cache holds the cache's handles, so it is disposed with it. */
  #disposeCache(): void {
    if (!this.#cache) return
    this.#disposeSteps()
    for (const variable of [...this.#cache.keys, ...this.#cache.values]) variable.dispose()
    this.#cache = null
  }
}

/** Causal bias over a cache of `slots` slots, the first of which hold the prompt. */
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

/** Slot of each row's first token. */
function firstRealSlots({ rows, length, mask }: PaddedBatch): Int32Array {
  return Int32Array.from({ length: rows }, (_, b) => mask.subarray(b * length, (b + 1) * length).indexOf(1))
}

function append(
  row: GeneratedRow,
  { tokens, measured }: ChosenTokens,
  b: number,
  eosIds: readonly number[],
): number {
  const token = tokens[b]!
  row.response.push(token)
  row.ended = eosIds.includes(token)
  if (measured.length > 0) {
    const rows = tokens.length
    row.logprobs.push(measured[b]!)
    row.entropy.push(measured[rows + b]!)
    row.values.push(measured[2 * rows + b]!)
  }
  return token
}

/** Uniform numbers of one position: each row draws from its own stream. */
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
