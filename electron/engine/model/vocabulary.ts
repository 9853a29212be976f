/**
 * The log-probabilities of tokens under the output matrix, and the entropy of the distributions they were drawn from.
 * If there are many rows, logits are computed for some at a time, and again in the backward pass, so that they are
 * never held for all rows.
 *
 * Dimensions: N rows, C hidden size, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core'
import { crossEntropy, crossEntropyGradient, matMulsTransposed, optimizationBarrier } from '../runtime/ops.ts'
import { softcapGradient, softcapped } from './blocks/softcap.ts'
import { maxLogits } from './limits.ts'

/** One number per row of logits, and its gradient. */
interface RowMeasure {
  /** logits (n, V), ids (n) to (n) */
  value(logits: tf.Tensor, ids: tf.Tensor): tf.Tensor
  /** dy (n) to (n, V) */
  gradient(logits: tf.Tensor, ids: tf.Tensor, dy: tf.Tensor): tf.Tensor
}

/** log softmax(z)_id; its gradient is onehot - softmax. */
const logprob: RowMeasure = {
  value: (logits, ids) => tf.neg(crossEntropy(logits, ids)),
  gradient: (logits, ids, dy) => tf.mul(crossEntropyGradient(logits, ids), tf.expandDims(tf.neg(dy), 1)),
}

const entropy: RowMeasure = {
  value: (logits) => entropyOf(logits),
  gradient: (z, _ids, dy) => entropyGradient(z, dy),
}

/**
 * Entropy in nats of each row's softmax, H = log Σ e^z - Σ p z.
 * @param logits (N, V)
 * @returns (N)
 */
export function entropyOf(logits: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [z, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    save([z])
    const value = tf.sub(tf.logSumExp(z, -1), tf.sum(tf.mul(tf.softmax(z), z), -1))
    return { value, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => [entropyGradient(saved!, dy)] }
  })
  return op(logits)
}

/** dH/dz = p (Σ p z - z) */
function entropyGradient(logits: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const p = tf.softmax(logits)
  const mean = tf.sum(tf.mul(p, logits), -1, true)
  return tf.mul(tf.mul(p, tf.sub(mean, logits)), tf.expandDims(dy, 1))
}

export interface VocabularyRows {
  /** (N, C) */
  hidden: tf.Tensor
  /** (V, C) */
  matrix: tf.Tensor
  /** int32 (N) */
  ids: tf.Tensor
  /** Bounds the logits; null for none. */
  softcap: number | null
  temperature: number
}

/** @returns (N): log-probability of each id */
export function tokenLogprobs(rows: VocabularyRows, limit = maxLogits): tf.Tensor {
  return measured(rows, logprob, limit)
}

/** @returns (N): entropy in nats at each row */
export function tokenEntropy(rows: VocabularyRows, limit = maxLogits): tf.Tensor {
  return measured(rows, entropy, limit)
}

function measured(rows: VocabularyRows, measure: RowMeasure, limit: number): tf.Tensor {
  const { hidden, matrix, ids, softcap, temperature } = rows
  const size = Math.max(1, Math.floor(limit / matrix.shape[0]!))
  const cappedOf = (h: tf.Tensor, w: tf.Tensor) => softcapped(matMulsTransposed(h, [w])[0]!, softcap)
  const logitsOf = (h: tf.Tensor, w: tf.Tensor) => scaled(cappedOf(h, w), temperature)
  if (hidden.shape[0]! <= size) return measure.value(logitsOf(hidden, matrix), ids)

  const op = tf.customGrad((...args) => {
    const [h, w, i, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([h, w, i])
    const values: tf.Tensor[] = []
    for (const range of rangesOf(h.shape[0]!, size)) {
      const part = after(values.at(-1), rowsOf(h, range))
      values.push(measure.value(logitsOf(part, w), rowsOf(i, range)))
    }
    const gradFunc = (dy: tf.Tensor, [savedH, savedW, savedIds]: tf.Tensor[]) => {
      const ofHidden: tf.Tensor[] = []
      let ofMatrix: tf.Tensor | undefined
      for (const range of rangesOf(h.shape[0]!, size)) {
        const part = after(ofMatrix, rowsOf(savedH!, range))
        const capped = cappedOf(part, savedW!)
        const raw = measure.gradient(scaled(capped, temperature), rowsOf(savedIds!, range), rowsOf(dy, range))
        const ofLogits = softcapGradient(scaled(raw, temperature), capped, softcap)
        ofHidden.push(tf.matMul(ofLogits, savedW!))
        const product = tf.matMul(ofLogits, part, true, false)
        ofMatrix = ofMatrix ? tf.add(ofMatrix, product) : product
      }
      return [tf.concat(ofHidden, 0), ofMatrix!, tf.zerosLike(savedIds!)]
    }
    return { value: tf.concat(values), gradFunc }
  })
  return op(hidden, matrix, ids)
}

/** The tensor, computed only after `before`: chunks that wait for each other can share memory. */
function after(before: tf.Tensor | undefined, tensor: tf.Tensor): tf.Tensor {
  return before ? optimizationBarrier([tensor, before])[0]! : tensor
}

function scaled(logits: tf.Tensor, temperature: number): tf.Tensor {
  return temperature === 1 ? logits : tf.div(logits, temperature)
}

function rangesOf(rows: number, size: number): [start: number, length: number][] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, n) => [n * size, Math.min(size, rows - n * size)])
}

function rowsOf(x: tf.Tensor, [start, length]: [number, number]): tf.Tensor {
  return tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [length, ...x.shape.slice(1)])
}
