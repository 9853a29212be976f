/**
 * How the next token is chosen from a step's hidden states: in the graph for the most likely one and for plain
 * sampling, in JS for top-k and top-p.
 */
import * as tf from '@tensorflow/tfjs-core'
import { scoreHead } from '../model/config.ts'
import { type Model, weightsOf } from '../model/model.ts'
import { logitsOf, scalarHead } from '../model/transformer.ts'
import { entropyOf } from '../model/vocabulary.ts'
import { crossEntropy } from '../runtime/ops.ts'
import { filteredProbabilities, type SamplingOptions, sampleFrom, sampleInGraph } from './sample.ts'

/** What a position's tokens are and what the model says of them. */
export interface ChosenTokens {
  tokens: Int32Array
  /** (3, B): log-probability, entropy and value; empty where they are not measured. */
  measured: Float32Array
}

export interface NextToken {
  /** Equal for choices that are compiled to the same function. */
  key: string
  /** From hidden states (B, C) and uniform numbers (B) to the outputs that `read` takes; runs inside a compiled function. */
  choose(hidden: tf.Tensor, uniforms: tf.Tensor): tf.Tensor[]
  read(outputs: tf.Tensor[], uniforms: Float32Array): ChosenTokens
}

/** @param measure record what the model says of each token; plain sampling only */
export function nextToken(model: Model, options: SamplingOptions, measure: boolean): NextToken {
  const logitsAt = (hidden: tf.Tensor) => logitsOf(model.config, weightsOf(model), hidden)
  const { temperature, topK, topP } = options
  if (temperature === 0) {
    const choose = (hidden: tf.Tensor) => [tf.cast(tf.argMax(logitsAt(hidden), 1), 'int32')]
    return { key: 'greedy', choose, read: readTokens }
  }
  if (topK > 0 || topP < 1) {
    const read = ([logits]: tf.Tensor[], numbers: Float32Array) => sampleRows(logits!, numbers, options)
    return { key: 'logits', choose: (hidden) => [logitsAt(hidden)], read }
  }
  const choose = (hidden: tf.Tensor, numbers: tf.Tensor) => {
    const logits = temperature === 1 ? logitsAt(hidden) : tf.div(logitsAt(hidden), temperature)
    const tokens = sampleInGraph(logits, numbers)
    return measure ? [tokens, measuredTokens(model, hidden, logits, tokens)] : [tokens]
  }
  return { key: `sample ${temperature} ${measure}`, choose, read: readTokens }
}

function readTokens([tokens, measured]: tf.Tensor[]): ChosenTokens {
  return {
    tokens: tokens!.dataSync() as Int32Array,
    measured: (measured?.dataSync() ?? new Float32Array()) as Float32Array,
  }
}

/** (3, B): log-probability, entropy and value (zero without a scalar head) of the chosen tokens. */
function measuredTokens(model: Model, hidden: tf.Tensor, logits: tf.Tensor, tokens: tf.Tensor): tf.Tensor {
  const values = model.parameters.has(scoreHead)
    ? scalarHead(weightsOf(model), hidden)
    : tf.zeros([tokens.shape[0]!])
  return tf.stack([tf.neg(crossEntropy(logits, tokens)), entropyOf(logits), values])
}

/** logits (B, V) */
function sampleRows(logits: tf.Tensor, numbers: Float32Array, options: SamplingOptions): ChosenTokens {
  const [rows, size] = logits.shape as [number, number]
  const values = logits.dataSync() as Float32Array
  const tokens = Int32Array.from({ length: rows }, (_, b) =>
    sampleFrom(filteredProbabilities(values.subarray(b * size, (b + 1) * size), options), numbers[b]!),
  )
  return { tokens, measured: new Float32Array() }
}
