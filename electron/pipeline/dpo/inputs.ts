/** Scored pairs as the arrays that training works on, and the scoring itself. */
import * as tf from '@tensorflow/tfjs-core'
import { type Model, weightsOf } from '../../engine/model/model.ts'
import {
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
} from '../../engine/model/responses.ts'
import { type CompiledFunction, compile } from '../../engine/runtime/compile.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import {
  commonLengths,
  mapInBatches,
  padResponses,
  type QueryResponse,
  type ResponseLengths,
} from '../../engine/training/batch.ts'
import type { DpoPair, LabelledResponse } from './examples.ts'

/** A response with the log-probabilities that a model gives it. */
export interface ScoredSide extends LabelledResponse {
  /** Of each token, and zeros after the last. */
  refLogprobs: Float32Array
  refTotal: number
}

export type ScoredPair = Record<'rejected' | 'chosen', ScoredSide>

interface Scores {
  logprobs: Float32Array
  total: number
}

/** Log-probabilities of responses under a model as it is at each call. */
export class ResponseScorer {
  readonly #fn: CompiledFunction<ResponseTensors, Tensors<'tokens' | 'totals'>>
  readonly #padId: number
  readonly #batchSize: number

  constructor(policy: Model, padId: number, batchSize: number) {
    this.#padId = padId
    this.#batchSize = batchSize
    this.#fn = compile('dpo_reference', (batch: ResponseTensors) => {
      const tokens = logprobsOf(responsePass(policy, weightsOf(policy), batch))
      return { tokens, totals: tf.sum(tokens, 1) }
    })
  }

  scorePairs(pairs: readonly DpoPair[], lengths: ResponseLengths): ScoredPair[] {
    const [rejected, chosen] = (['rejected', 'chosen'] as const).map((side) =>
      this.#score(
        pairs.map((pair) => pair[side]),
        lengths,
      ),
    )
    const scored = (side: LabelledResponse, { logprobs, total }: Scores): ScoredSide => ({
      ...side,
      refLogprobs: logprobs,
      refTotal: total,
    })
    return pairs.map((pair, i) => ({
      rejected: scored(pair.rejected, rejected![i]!),
      chosen: scored(pair.chosen, chosen![i]!),
    }))
  }

  /** @returns the log-probability of each whole response */
  totals(rows: readonly QueryResponse[], lengths = commonLengths(rows)): number[] {
    return this.#score(rows, lengths).map(({ total }) => total)
  }

  dispose(): void {
    this.#fn.dispose()
  }

  #score(rows: readonly QueryResponse[], lengths: ResponseLengths): Scores[] {
    const width = lengths.responseLength
    const scored = mapInBatches(rows, this.#batchSize, (batch) => {
      const { tokens, totals } = this.#fn.values(responseTensors(padResponses(batch, this.#padId, lengths)))
      const joined = new Float32Array(batch.length * (width + 1))
      for (let row = 0; row < batch.length; row++) {
        joined.set(tokens.subarray(row * width, (row + 1) * width), row * (width + 1))
        joined[row * (width + 1) + width] = totals[row]!
      }
      return joined
    })
    return scored.map((row) => ({ logprobs: row.subarray(0, width), total: row[width]! }))
  }
}

/** Rejected responses in the first B rows, chosen ones in the last B. */
export type PairInputs = {
  batch: ResponseTensors
  /** (2B, T) */
  labels: tf.Tensor
  /** (2B, T) */
  refLogprobs: tf.Tensor
  /** (2B) */
  refTotals: tf.Tensor
}

export function pairInputs(
  pairs: readonly ScoredPair[],
  padId: number,
  lengths: ResponseLengths,
): PairInputs {
  const sides = [...pairs.map((pair) => pair.rejected), ...pairs.map((pair) => pair.chosen)]
  const width = lengths.responseLength
  const rows = (values: (side: ScoredSide) => ArrayLike<number>) => {
    const out = new Float32Array(sides.length * width)
    for (const [row, side] of sides.entries()) out.set(values(side), row * width)
    return tf.tensor2d(out, [sides.length, width])
  }
  return {
    batch: responseTensors(padResponses(sides, padId, lengths)),
    labels: rows((side) => side.labels),
    refLogprobs: rows((side) => side.refLogprobs),
    refTotals: tf.tensor1d(sides.map((side) => side.refTotal)),
  }
}
