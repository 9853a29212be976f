/**
 * How the next token is chosen from a step's hidden states: in the graph for greedy decoding and plain
 * sampling, in JS for top-k and top-p.
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { scoreHead } from '../model/config.ts'
import { type Model, weightsOf } from '../model/model.ts'
import { logitsOf, scalarHead } from '../model/transformer.ts'
import { entropyOf } from '../model/vocabulary.ts'
import { crossEntropy } from '../runtime/ops.ts'
import type { Tensors } from '../runtime/tensor-record.ts'
import { filteredProbabilities, type SamplingOptions, sampleFrom, sampleInGraph } from './sample.ts'

/** The tokens of one position, and what is measured of them. */
export interface ChosenTokens {
  tokens: Int32Array
  /** (3, B): log-probability, entropy and value; empty if they are not measured. */
  measured: Float32Array
}

/** What a compiled step returns: the chosen tokens, with what is measured of them, or the logits to choose from. */
export type StepOutputs = Tensors<'tokens'> | Tensors<'tokens' | 'measured'> | Tensors<'logits'>

export interface NextToken {
  /** Equal for choices that are compiled to the same function. */
  key: string
  /** From hidden states (B, C) and uniform numbers (B); runs inside a compiled function. */
  choose(hidden: tf.Tensor, uniforms: tf.Tensor): StepOutputs
  /** @param uniforms of the step, used if it returned logits */
  read(outputs: StepOutputs, uniforms: Float32Array): ChosenTokens
}

/** @param measure record log-probability, entropy and value of each token; plain sampling only */
export function nextToken(model: Model, options: SamplingOptions, measure = false): NextToken {
  return {
    ...choiceOf(model, options, measure),
    read: (outputs, uniforms) => readTokens(outputs, uniforms, options),
  }
}

/**
 * The next tokens as JS decides from the logits.
 * @param read chooses from logits (B, V), row-major
 */
export function tokensFromLogits(
  model: Model,
  read: (logits: Float32Array, vocabSize: number) => Int32Array,
): NextToken {
  return {
    key: 'logits',
    choose: (hidden) => ({ logits: logitsOf(model.config, weightsOf(model), hidden) }),
    read(outputs) {
      assert('logits' in outputs, 'the step returned no logits')
      const tokens = read(outputs.logits.dataSync() as Float32Array, outputs.logits.shape[1]!)
      return { tokens, measured: new Float32Array() }
    },
  }
}

function choiceOf(
  model: Model,
  options: SamplingOptions,
  measure: boolean,
): Pick<NextToken, 'key' | 'choose'> {
  const logitsAt = (hidden: tf.Tensor) => logitsOf(model.config, weightsOf(model), hidden)
  const { temperature, topK, topP } = options
  if (temperature === 0) {
    const choose = (hidden: tf.Tensor) => ({ tokens: tf.cast(tf.argMax(logitsAt(hidden), 1), 'int32') })
    return { key: 'greedy', choose }
  }
  if (topK > 0 || topP < 1) return { key: 'logits', choose: (hidden) => ({ logits: logitsAt(hidden) }) }
  const choose = (hidden: tf.Tensor, numbers: tf.Tensor) => {
    const logits = temperature === 1 ? logitsAt(hidden) : tf.div(logitsAt(hidden), temperature)
    const tokens = sampleInGraph(logits, numbers)
    return measure ? { tokens, measured: measuredTokens(model, hidden, logits, tokens) } : { tokens }
  }
  return { key: `sample ${temperature} ${measure}`, choose }
}

function readTokens(outputs: StepOutputs, uniforms: Float32Array, options: SamplingOptions): ChosenTokens {
  if ('logits' in outputs) return sampleRows(outputs.logits, uniforms, options)
  const measured = 'measured' in outputs ? outputs.measured.dataSync() : new Float32Array()
  return { tokens: outputs.tokens.dataSync() as Int32Array, measured: measured as Float32Array }
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
