/**
 * Batched generation with a KV cache: queries padded on the left, one compiled call for the prompt and one per
 * token. Deterministic: each row's random numbers depend on the seed, the row's number and the position, never on the
 * rest of the batch.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import { maskedScore } from '../model/blocks/attention-bias.ts'
import type { ModelConfig } from '../model/config.ts'
import type { Model } from '../model/model.ts'
import { weightsOf } from '../model/model.ts'
import { rotarySwitch } from '../model/rotary-frequencies.ts'
import {
  causalBias,
  decodeBias,
  hiddenStates,
  type KvCache,
  type SequenceBatch,
} from '../model/transformer.ts'
import { uniforms } from '../random.ts'
import { type CompiledFunction, compile } from '../runtime/compile.ts'
import { withLiveRows } from '../runtime/ops.ts'
import type { TensorRecord, Tensors } from '../runtime/tensor-record.ts'
import { type Variable, zerosVariable } from '../runtime/variable.ts'
import { bucketLength, type PaddedBatch, padSequences } from '../training/batch.ts'
import { type ChosenTokens, type NextToken, nextToken, type StepOutputs } from './next-token.ts'
import type { SamplingOptions } from './sample.ts'

export interface GenerationOptions extends SamplingOptions {
  maxNewTokens: number
  /** A row ends after any of these. */
  eosIds: readonly number[]
  padId: number
  seed: number
  /** Name of the random numbers' purpose; the same stream and row give the same text. */
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

/** Decides differently from the options what a batch generates. */
export interface Steering {
  choice: NextToken
  /** Whether a row that has not ended gets no more tokens. */
  isStopped(row: number): boolean
}

/** A batch being generated. */
interface Generation {
  /** The queries. */
  padded: PaddedBatch
  rows: readonly GeneratedRow[]
  choice: NextToken
  isLive(row: number): boolean
  options: GenerationOptions
}

export class Generator {
  readonly #model: Model
  #steps: { key: string; steps: CachedSteps } | null = null

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
    const positions = this.positions(queries, options)
    for (;;) {
      const next = positions.next()
      if (next.done) return next.value
      onToken?.(next.value)
    }
  }

  /**
   * The same, position by position: others can use the runtime between two of them.
   * @yields the rows' new tokens (null if a row has ended)
   */
  *positions(
    queries: readonly (readonly number[])[],
    options: GenerationOptions,
    steering?: Steering,
  ): IterableIterator<(number | null)[], GeneratedRow[], void> {
    this.#checkFits(queries, options)
    const padded = padSequences(queries, options.padId, 'left', options.queryLength)
    const steps = this.#stepsFor(padded.rows, bucketLength(padded.length + options.maxNewTokens))
    const rows = queries.map(
      (): GeneratedRow => ({ response: [], ended: false, logprobs: [], entropy: [], values: [] }),
    )
    const isLive = (b: number) => !rows[b]!.ended && !steering?.isStopped(b)
    const choice = steering?.choice ?? nextToken(this.#model, options, options.measure)
    const generation = { padded, rows, isLive, choice, options }
    let chosen = steps.prefill(generation)
    for (let position = 1; ; position++) {
      yield rows.map((row, b) => (isLive(b) ? append(row, chosen, b, options.eosIds) : null))
      if (position >= options.maxNewTokens || !rows.some((_, b) => isLive(b))) return rows
      chosen = steps.decode(generation, chosen.tokens, position)
    }
  }

  dispose(): void {
    this.#steps?.steps.dispose()
    this.#steps = null
  }

  #checkFits(queries: readonly (readonly number[])[], { maxNewTokens }: GenerationOptions): void {
    if (queries.some((query) => query.length === 0))
      throw new UserError('bad_input', 'A prompt is empty. It must have at least one token.')
    const longest = Math.max(...queries.map((query) => query.length))
    const { maxPositions } = this.#model.config
    if (longest + maxNewTokens > maxPositions)
      throw new UserError(
        'bad_input',
        `A prompt of ${longest} tokens and ${maxNewTokens} new tokens do not fit the model's context of ${maxPositions}. Shorten the prompt or lower the number of new tokens.`,
      )
    checkRotarySwitch(queries, maxNewTokens, this.#model.config)
  }

  /** The steps for one shape of the cache are kept until another shape is asked for. */
  #stepsFor(rows: number, slots: number): CachedSteps {
    const key = `${rows}x${slots}`
    if (this.#steps?.key !== key) {
      this.dispose()
      this.#steps = { key, steps: new CachedSteps(this.#model, rows, slots) }
    }
    return this.#steps!.steps
  }
}

/**
 * The cache of a sequence that passes the length where longrope changes its frequencies is wrong from there on.
 * @throws UserError if a prompt and its response would
 */
export function checkRotarySwitch(
  queries: readonly (readonly number[])[],
  maxNewTokens: number,
  config: ModelConfig,
): void {
  const length = rotarySwitch(config)
  const passing = queries.find(
    (query) => length !== null && query.length <= length && query.length + maxNewTokens > length,
  )
  if (passing === undefined) return
  throw new UserError(
    'bad_input',
    `A prompt of ${passing.length} tokens and ${maxNewTokens} new tokens pass the length of ${length} at which the model's longrope scaling changes, which is not supported within a text. Lower the number of new tokens, or use prompts that are longer than that.`,
  )
}

type PrefillInputs = Tensors<'ids' | 'positions' | 'mask' | 'uniforms'>
type DecodeInputs = Tensors<'ids' | 'first' | 'slot' | 'live' | 'uniforms'>

/** A KV cache with the two steps that fill it: what is compiled for them holds the cache's variables. */
class CachedSteps {
  readonly #model: Model
  readonly #slots: number
  readonly #cache: { keys: Variable[]; values: Variable[] }
  readonly #prefill = new Step<PrefillInputs>('prefill', (inputs, choose) =>
    this.#prefillGraph(inputs, choose),
  )
  readonly #decode = new Step<DecodeInputs>('decode', (inputs, choose) => this.#decodeGraph(inputs, choose))

  constructor(model: Model, rows: number, slots: number) {
    const { numLayers, numKvHeads, headDim } = model.config
    const variables = (kind: string) =>
      Array.from({ length: numLayers }, (_, layer) =>
        zerosVariable(`${kind}.${layer}`, [rows, numKvHeads, slots, headDim]),
      )
    this.#model = model
    this.#slots = slots
    this.#cache = { keys: variables('keys'), values: variables('values') }
  }

  /** The first position: reads the queries. */
  prefill({ padded, choice, options }: Generation): ChosenTokens {
    const { rows, length } = padded
    const numbers = rowUniforms(options, 0, rows)
    return this.#prefill.run(choice, numbers, () => ({
      ids: tf.tensor2d(padded.ids, [rows, length], 'int32'),
      positions: tf.tensor2d(padded.positions, [rows, length], 'int32'),
      mask: tf.tensor2d(padded.mask, [rows, length]),
      uniforms: tf.tensor1d(numbers),
    }))
  }

  /**
   * Rows that have ended are not computed.
   * @param tokens those of the position before
   */
  decode(generation: Generation, tokens: Int32Array, position: number): ChosenTokens {
    const { padded, rows, isLive, choice, options } = generation
    const numbers = rowUniforms(options, position, rows.length)
    const live = Int32Array.from(rows, (_, b) => Number(isLive(b)))
    return this.#decode.run(choice, numbers, () => ({
      ids: tf.tensor2d(tokens, [rows.length, 1], 'int32'),
      first: tf.tensor1d(firstRealSlots(padded), 'int32'),
      slot: tf.scalar(padded.length + position - 1, 'int32'),
      live: tf.tensor1d(live, 'int32'),
      uniforms: tf.tensor1d(numbers),
    }))
  }

  dispose(): void {
    this.#prefill.dispose()
    this.#decode.dispose()
    for (const variable of [...this.#cache.keys, ...this.#cache.values]) variable.dispose()
  }

  #prefillGraph({ ids, positions, mask, uniforms }: PrefillInputs, choose: Choose): StepOutputs {
    const attentionBias = prefillBias(mask, this.#slots)
    const kv = { ...this.#cache, position: tf.scalar(0, 'int32') }
    const hidden = this.#hidden({ ids, positions, attentionBias }, kv)
    return choose(lastOfEachRow(hidden, ids.shape), uniforms)
  }

  #decodeGraph({ ids, first, slot, live, uniforms }: DecodeInputs, choose: Choose): StepOutputs {
    return withLiveRows(live, () => {
      const positions = tf.expandDims(tf.sub(slot, first), 1)
      const attentionBias = decodeBias(first, slot, this.#slots)
      const kv = { ...this.#cache, position: slot, firstReal: first }
      return choose(this.#hidden({ ids, positions, attentionBias }, kv), uniforms)
    })
  }

  #hidden(batch: SequenceBatch, kv: KvCache): tf.Tensor {
    return hiddenStates(this.#model.config, weightsOf(this.#model), batch, kv)
  }
}

type Choose = NextToken['choose']

/** The work of one position, compiled once per way of choosing a token. */
class Step<In extends TensorRecord> {
  readonly #name: string
  readonly #graph: (inputs: In, choose: Choose) => StepOutputs
  readonly #compiled = new Map<string, CompiledFunction<In, StepOutputs>>()

  constructor(name: string, graph: (inputs: In, choose: Choose) => StepOutputs) {
    this.#name = name
    this.#graph = graph
  }

  /** @param inputs makes the tensors; they are disposed after the call */
  run({ key, choose, read }: NextToken, uniforms: Float32Array, inputs: () => In): ChosenTokens {
    tf.engine().startScope()
    try {
      return read(this.#compiledFor(key, choose).call(inputs()), uniforms)
    } finally {
      tf.engine().endScope()
    }
  }

  dispose(): void {
    for (const fn of this.#compiled.values()) fn.dispose()
    this.#compiled.clear()
  }

  #compiledFor(key: string, choose: Choose): CompiledFunction<In, StepOutputs> {
    const compiled =
      this.#compiled.get(key) ?? compile(this.#name, (inputs: In) => this.#graph(inputs, choose))
    this.#compiled.set(key, compiled)
    return compiled
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
