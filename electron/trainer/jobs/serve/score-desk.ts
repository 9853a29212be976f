/** Log-probabilities of given tokens under the model, each after those before it, and the most likely ones there. */
import * as tf from '@tensorflow/tfjs-core'
import { type Alternatives, type AskOf, maxTopLogprobs, type ServeAsk } from '../../../contract/serving.ts'
import { maxLogits } from '../../../engine/model/limits.ts'
import { type Model, weightsOf } from '../../../engine/model/model.ts'
import {
  type ResponseTensors,
  responsePass,
  responseTensors,
  statesBefore,
} from '../../../engine/model/responses.ts'
import { logitsOf } from '../../../engine/model/transformer.ts'
import { type CompiledFunction, compile } from '../../../engine/runtime/compile.ts'
import type { Tensors } from '../../../engine/runtime/tensor-record.ts'
import { bucketLength, padResponses, type QueryResponse } from '../../../engine/training/batch.ts'
import { type Desk, type DeskTools, refusing } from './desk.ts'

type Row = AskOf<'score'>

const maxRows = 8

export class ScoreDesk implements Desk {
  readonly #tools: DeskTools
  #waiting: Row[] = []
  /** By the number of alternatives that are computed. */
  readonly #scorers = new Map<number, Scorer>()

  constructor(tools: DeskTools) {
    this.#tools = tools
  }

  take(ask: ServeAsk): boolean {
    if (ask.type !== 'score') return false
    this.#waiting.push(ask)
    return true
  }

  drop(row: number): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.row !== row)
  }

  /** A batch has the oldest row and those that are about as long, so that there is little padding. */
  step(): boolean {
    const [oldest] = this.#waiting
    if (!oldest) return false
    const { vocabSize } = this.#tools.model.config
    const most = Math.max(1, Math.min(maxRows, Math.floor(maxLogits / (lengthOf(oldest) * vocabSize))))
    const isAlike = (row: Row) => lengthOf(row) === lengthOf(oldest) && kept(row) === kept(oldest)
    const batch = this.#waiting.filter(isAlike).slice(0, most)
    this.#waiting = this.#waiting.filter((row) => !batch.includes(row))
    refusing(
      batch.map(({ row }) => row),
      this.#tools.reply,
      () => this.#score(batch, most),
    )
    return true
  }

  dispose(): void {
    for (const scorer of this.#scorers.values()) scorer.dispose()
  }

  #score(rows: readonly Row[], most: number): void {
    const { model, tokenizer, reply } = this.#tools
    const { vocabSize } = model.config
    const count = kept(rows[0]!)
    const scorer = this.#scorers.get(count) ?? scorerOf(model, count)
    this.#scorers.set(count, scorer)
    const pairs = rows.map(({ ids }): QueryResponse => ({ query: ids.slice(0, 1), response: ids.slice(1) }))
    const size = rows.length === 1 ? 1 : most
    const filled = Array.from({ length: size }, (_, b) => pairs[b] ?? pairs[0]!)
    const responseLength = lengthOf(rows[0]!)
    const batch = padResponses(filled, tokenizer.padId, { queryLength: 1, responseLength })
    const { logprobs, top } = scorer.values(responseTensors(batch))
    for (const [b, { row, ids, top: asked }] of rows.entries()) {
      const from = b * responseLength
      const tops = ids
        .slice(1)
        .map((_, t) =>
          alternatives(top, { start: (from + t) * 2 * count, count, asked: Math.min(asked, vocabSize) }),
        )
      reply({
        type: 'scored',
        row,
        logprobs: [...logprobs.subarray(from, from + ids.length - 1)],
        tops,
      })
    }
  }
}

/** What the tokens after the first are padded to. */
function lengthOf({ ids }: Row): number {
  return bucketLength(ids.length - 1)
}

/** The number of alternatives that is compiled for: most clients ask for one. */
function kept({ top }: Row): number {
  return top <= 1 ? 1 : maxTopLogprobs
}

function alternatives(
  top: Float32Array,
  { start, count, asked }: Record<'start' | 'count' | 'asked', number>,
): Alternatives {
  return Array.from({ length: asked }, (_, k): [number, number] => [top[start + k]!, top[start + count + k]!])
}

/** logprobs (B*T); top (B*T, 2 * count): ids of the most likely tokens, then their log-probabilities. */
type Scorer = CompiledFunction<ResponseTensors, Tensors<'logprobs' | 'top'>>

function scorerOf(model: Model, count: number): Scorer {
  return compile('score', (batch) => {
    const pass = responsePass(model, weightsOf(model), batch)
    const { ids, responseMask } = batch
    const [rows, length] = responseMask.shape as [number, number]
    const responseIds = tf.reshape(tf.slice(ids, [0, 1], [rows, length]), [-1])
    const logits = logitsOf(model.config, pass.weights, statesBefore(pass))
    const logSum = tf.logSumExp(logits, 1)
    const isToken = tf.oneHot(responseIds as tf.Tensor1D, model.config.vocabSize)
    // Not by a fused op: the most likely token must have the same number here and among the alternatives.
    const logprobs = tf.sub(tf.sum(tf.mul(logits, tf.cast(isToken, 'float32')), 1), logSum)
    return { logprobs, top: mostLikely(logits, logSum, count) }
  })
}

function mostLikely(logits: tf.Tensor, logSum: tf.Tensor, count: number): tf.Tensor {
  const { values, indices } =
    count === 1
      ? { values: tf.max(logits, 1, true), indices: tf.expandDims(tf.argMax(logits, 1), 1) }
      : tf.topk(logits, Math.min(count, logits.shape[1]!))
  const logprobs = tf.sub(values, tf.expandDims(logSum, 1))
  const missing = count - values.shape[1]!
  const padded = (x: tf.Tensor) =>
    tf.pad(x, [
      [0, 0],
      [0, missing],
    ])
  return tf.concat([padded(tf.cast(indices, 'float32')), padded(logprobs)], 1)
}
