/** Samples a batch of responses from the policy and measures all that the update needs of them. */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { GeneratedRow, GenerationOptions, Generator } from '../../engine/generation/generate.ts'
import type { Model } from '../../engine/model/model.ts'
import { weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
  scalarsOf,
} from '../../engine/model/responses.ts'
import { permutation } from '../../engine/random.ts'
import { type CompiledFunction, compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import {
  batchByBatch,
  chunksOf,
  padResponses,
  type ResponseBatch,
  type ResponseLengths,
} from '../../engine/training/batch.ts'
import type { Parts } from '../../engine/training/pauses.ts'

export interface Prompt {
  id: string
  query: readonly number[]
}

/** One sampled response, with the policy's log-probability, entropy and value of each token if they were recorded. */
export interface Sample extends GeneratedRow {
  promptId: string
  query: readonly number[]
}

/** A batch of responses with the models' outputs for them. Arrays are row-major (B, T), zero off the mask. */
export interface Rollout {
  samples: Sample[]
  batch: ResponseBatch
  logprobs: Float32Array
  refLogprobs: Float32Array
  entropy: Float32Array
  /** Null without a critic. */
  values: Float32Array | null
}

/**
 * Prompts of iteration `step`, one per response: a pass over all of them in an order that depends on seed and pass
 * only, each prompt as often as it has responses, in a row.
 */
export function promptsOfStep(
  prompts: readonly Prompt[],
  {
    rolloutBatchSize,
    samplesPerPrompt,
    seed,
  }: Pick<PpoConfig, 'rolloutBatchSize' | 'samplesPerPrompt' | 'seed'>,
  step: number,
): Prompt[] {
  const orders = new Map<number, Int32Array>()
  return Array.from({ length: rolloutBatchSize }, (_, row) => {
    const n = Math.floor((step * rolloutBatchSize + row) / samplesPerPrompt)
    const pass = Math.floor(n / prompts.length)
    const order = orders.get(pass) ?? permutation({ seed, stream: 'prompts' }, pass, prompts.length)
    orders.set(pass, order)
    return prompts[order[n % prompts.length]!]!
  })
}

/** Samples one response to each prompt; a part for each token. */
export function* sampleResponses(
  generator: Generator,
  prompts: readonly Prompt[],
  options: GenerationOptions,
): Parts<Sample[]> {
  const queries = prompts.map((p) => p.query)
  const positions = generator.positions(queries, options)
  let next = positions.next()
  while (!next.done) {
    yield
    next = positions.next()
  }
  const rows = next.value
  return rows.map((row, i) => ({ ...row, promptId: prompts[i]!.id, query: prompts[i]!.query }))
}

/**
 * The same for any number of prompts, in batches of `rows`, the last one filled up. A row's random numbers depend on
 * its number among all rows.
 */
export function* sampleInBatches(
  generator: Generator,
  prompts: readonly Prompt[],
  rows: number,
  options: GenerationOptions,
): Parts<Sample[]> {
  const all: Sample[] = []
  for (const [batch, chunk] of chunksOf(prompts, rows).entries()) {
    const filled = Array.from({ length: rows }, (_, row) => chunk[row] ?? chunk[0]!)
    const samples = yield* sampleResponses(generator, filled, { ...options, firstRow: batch * rows })
    all.push(...samples.slice(0, chunk.length))
  }
  return all
}

/** The models that read every response. */
export interface RolloutModels {
  policy: Model
  refPolicy: Model
  /** The policy itself if the trunk is shared; null without a critic. */
  value: Model | null
}

/**
 * Collects the models' outputs for sampled responses. The policy's were recorded while it sampled; the reference and a
 * separate value model read the whole responses now.
 */
export class RolloutScorer {
  readonly #refPolicy: CompiledFunction<ResponseTensors, Tensors<'logprobs'>>
  readonly #value: CompiledFunction<ResponseTensors, Tensors<'values'>> | null
  readonly #hasCritic: boolean

  constructor({ policy, refPolicy, value }: RolloutModels, temperature: number) {
    this.#refPolicy = compile('ppo_reference_score', (batch) => {
      const pass = responsePass(refPolicy, weightsOf(refPolicy), batch)
      return { logprobs: logprobsOf(pass, temperature) }
    })
    this.#hasCritic = value !== null
    this.#value =
      value === null || value === policy
        ? null
        : compile('ppo_value_score', (batch) => ({
            values: scalarsOf(responsePass(value, weightsOf(value), batch), 'before'),
          }))
  }

  /** @param samples sampled with `measure` */
  *score(samples: Sample[], passing: Passing): Parts<Rollout> {
    const { padId, lengths } = passing
    const value = this.#value
    const recorded = (of: (sample: Sample) => number[]) =>
      joinRows(samples.map((sample) => padTo(of(sample), lengths.responseLength)))
    const refLogprobs = yield* this.#reference(samples, passing)
    const values = value
      ? yield* passed(samples, passing, (rows) => value.values(rows).values)
      : recorded((sample) => sample.values)
    return {
      samples,
      batch: padResponses(samples, padId, lengths),
      logprobs: recorded((sample) => sample.logprobs),
      entropy: recorded((sample) => sample.entropy),
      values: this.#hasCritic ? values : null,
      refLogprobs,
    }
  }

  /** @returns the mean over responses of the summed KL from the reference, in nats */
  *meanKl(samples: Sample[], passing: Passing): Parts<number> {
    const { responseLength } = passing.lengths
    const refLogprobs = yield* this.#reference(samples, passing)
    const sums = samples.map(({ logprobs }, row) =>
      logprobs.reduce((sum, logprob, t) => sum + logprob - refLogprobs[row * responseLength + t]!, 0),
    )
    return sums.reduce((sum, kl) => sum + kl, 0) / samples.length
  }

  #reference(samples: Sample[], passing: Passing): Parts<Float32Array> {
    return passed(samples, passing, (rows) => this.#refPolicy.values(rows).logprobs)
  }

  dispose(): void {
    this.#refPolicy.dispose()
    this.#value?.dispose()
  }
}

/** How responses are passed through a model. */
export interface Passing {
  padId: number
  lengths: ResponseLengths
  /** Rows per forward pass. */
  chunk: number
}

/** (B, T) of what a model computes of each response token. */
function* passed(
  samples: readonly Sample[],
  { padId, lengths, chunk }: Passing,
  run: (batch: ResponseTensors) => Float32Array,
): Parts<Float32Array> {
  const runRows = (rows: Sample[]) => run(responseTensors(padResponses(rows, padId, lengths)))
  return joinRows(yield* batchByBatch(samples, chunk, runRows))
}

/** Rows of equal length as one row-major array. */
export function joinRows(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0
  const out = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries()) out.set(row, i * width)
  return out
}

/** The row followed by zeros. */
export function padTo(row: ArrayLike<number>, length: number): Float32Array {
  const out = new Float32Array(length)
  out.set(row)
  return out
}
