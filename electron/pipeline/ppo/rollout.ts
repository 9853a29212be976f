/** Samples a batch of responses from the policy and measures all that the update needs of them. */
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
  chunksOf,
  mapInBatches,
  padResponses,
  type ResponseBatch,
  type ResponseLengths,
} from '../../engine/training/batch.ts'

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
  values: Float32Array
}

/** Prompts of iteration `step`: a pass over all of them in an order that depends on seed and pass only. */
export function promptsOfStep(
  prompts: readonly Prompt[],
  rows: number,
  seed: number,
  step: number,
): Prompt[] {
  const orders = new Map<number, Int32Array>()
  return Array.from({ length: rows }, (_, row) => {
    const n = step * rows + row
    const pass = Math.floor(n / prompts.length)
    const order = orders.get(pass) ?? permutation({ seed, stream: 'prompts' }, pass, prompts.length)
    orders.set(pass, order)
    return prompts[order[n % prompts.length]!]!
  })
}

/** Samples one response to each prompt. */
export function sampleResponses(
  generator: Generator,
  prompts: readonly Prompt[],
  options: GenerationOptions,
): Sample[] {
  const rows = generator.generate(
    prompts.map((p) => p.query),
    options,
  )
  return rows.map((row, i) => ({ ...row, promptId: prompts[i]!.id, query: prompts[i]!.query }))
}

/**
 * The same for any number of prompts, in batches of `rows`, the last one filled up. A row's random numbers depend on
 * its number among all rows.
 */
export function sampleInBatches(
  generator: Generator,
  prompts: readonly Prompt[],
  rows: number,
  options: GenerationOptions,
): Sample[] {
  return chunksOf(prompts, rows).flatMap((chunk, batch) => {
    const filled = Array.from({ length: rows }, (_, row) => chunk[row] ?? chunk[0]!)
    const samples = sampleResponses(generator, filled, { ...options, firstRow: batch * rows })
    return samples.slice(0, chunk.length)
  })
}

/** The models that read every response; `value` is the policy itself if the trunk is shared. */
export interface RolloutModels {
  policy: Model
  refPolicy: Model
  value: Model
}

/**
 * Collects the models' outputs for sampled responses. The policy's were recorded while it sampled; the reference and a
 * separate value model read the whole responses now.
 */
export class RolloutScorer {
  readonly #refPolicy: CompiledFunction<ResponseTensors, Tensors<'logprobs'>>
  readonly #value: CompiledFunction<ResponseTensors, Tensors<'values'>> | null

  constructor({ policy, refPolicy, value }: RolloutModels, temperature: number) {
    this.#refPolicy = compile('ppo_reference_score', (batch) => {
      const pass = responsePass(refPolicy, weightsOf(refPolicy), batch)
      return { logprobs: logprobsOf(pass, temperature) }
    })
    const separateValue = (batch: ResponseTensors) => ({
      values: scalarsOf(responsePass(value, weightsOf(value), batch), 'before'),
    })
    this.#value = value === policy ? null : compile('ppo_value_score', separateValue)
  }

  /**
   * @param samples sampled with `measure`
   * @param chunk rows per forward pass
   */
  score(samples: Sample[], padId: number, lengths: ResponseLengths, chunk: number): Rollout {
    const passed = (run: (batch: ResponseTensors) => Float32Array) =>
      joinRows(
        mapInBatches(samples, chunk, (rows) => run(responseTensors(padResponses(rows, padId, lengths)))),
      )
    const value = this.#value
    const recorded = (of: (sample: Sample) => number[]) =>
      joinRows(samples.map((sample) => padTo(of(sample), lengths.responseLength)))
    return {
      samples,
      batch: padResponses(samples, padId, lengths),
      logprobs: recorded((sample) => sample.logprobs),
      entropy: recorded((sample) => sample.entropy),
      values: value ? passed((rows) => value.values(rows).values) : recorded((sample) => sample.values),
      refLogprobs: passed((rows) => this.#refPolicy.values(rows).logprobs),
    }
  }

  dispose(): void {
    this.#refPolicy.dispose()
    this.#value?.dispose()
  }
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
