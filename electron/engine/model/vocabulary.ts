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

/** Row `rows[0]` and those after it, `rows[1]` in all. */
type Range = [start: number, length: number]

/** What a measure reads besides logits: the rows in question, and tensors that are kept for the backward pass. */
interface Also {
  /** int32 (n) */
  ids: tf.Tensor
  range: Range
  others: readonly tf.Tensor[]
}

/** One number per row of logits, and its gradient. */
interface RowMeasure {
  /** logits (n, V) to (n) */
  value(logits: tf.Tensor, also: Also): tf.Tensor
  /** dy (n) to (n, V) */
  gradient(logits: tf.Tensor, also: Also, dy: tf.Tensor): tf.Tensor
}

/** log softmax(z)_id; its gradient is onehot - softmax. */
const logprob: RowMeasure = {
  value: (logits, { ids }) => tf.neg(crossEntropy(logits, ids)),
  gradient: (logits, { ids }, dy) => tf.mul(crossEntropyGradient(logits, ids), tf.expandDims(tf.neg(dy), 1)),
}

const entropy: RowMeasure = {
  value: (logits) => entropyOf(logits),
  gradient: (z, _also, dy) => entropyGradient(z, dy),
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

/**
 * KL(reference ‖ policy) over the vocabulary, Σ_v p_ref (log p_ref - log p), with gradients of the policy only.
 * @param reference of the same N and V
 * @returns (N), in nats
 */
export function tokenKl(rows: VocabularyRows, reference: VocabularyRows, limit = maxLogits): tf.Tensor {
  const { softcap, temperature } = reference
  const referenceLogits = ({ range, others: [hidden, matrix] }: Also) =>
    scaled(softcapped(matMulsTransposed(rowsOf(hidden!, range), [matrix!])[0]!, softcap), temperature)
  const measure: RowMeasure = {
    value: (logits, also) => klOf(logits, referenceLogits(also)),
    gradient: (logits, also, dy) => klGradient(logits, referenceLogits(also), dy),
  }
  return measured(rows, measure, limit, [reference.hidden, reference.matrix])
}

/** @param logits (N, V), like the reference's @returns (N) */
function klOf(logits: tf.Tensor, referenceLogits: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [z, ref, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([z, ref])
    const difference = tf.sum(tf.mul(tf.softmax(ref), tf.sub(ref, z)), -1)
    const value = tf.add(difference, tf.sub(tf.logSumExp(z, -1), tf.logSumExp(ref, -1)))
    const gradFunc = (dy: tf.Tensor, [savedZ, savedRef]: tf.Tensor[]) => [
      klGradient(savedZ!, savedRef!, dy),
      tf.zerosLike(savedRef!),
    ]
    return { value, gradFunc }
  })
  return op(logits, referenceLogits)
}

/** dKL/dz = p - p_ref */
function klGradient(logits: tf.Tensor, referenceLogits: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(tf.softmax(logits), tf.softmax(referenceLogits)), tf.expandDims(dy, 1))
}

/** @param others what the measure reads of other models; no gradient flows to it */
function measured(
  rows: VocabularyRows,
  measure: RowMeasure,
  limit: number,
  others: readonly tf.Tensor[] = [],
): tf.Tensor {
  const { hidden, matrix, ids, softcap, temperature } = rows
  const size = Math.max(1, Math.floor(limit / matrix.shape[0]!))
  const cappedOf = (h: tf.Tensor, w: tf.Tensor) => softcapped(matMulsTransposed(h, [w])[0]!, softcap)
  const logitsOf = (h: tf.Tensor, w: tf.Tensor) => scaled(cappedOf(h, w), temperature)
  if (hidden.shape[0]! <= size) {
    return measure.value(logitsOf(hidden, matrix), { ids, range: [0, hidden.shape[0]!], others })
  }

  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc
    const inputs = args.slice(0, -1) as tf.Tensor[]
    const [h, w, i, ...read] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]]
    save(inputs)
    const values: tf.Tensor[] = []
    for (const range of rangesOf(h.shape[0]!, size)) {
      const part = after(values.at(-1), rowsOf(h, range))
      values.push(measure.value(logitsOf(part, w), { ids: rowsOf(i, range), range, others: read }))
    }
    const gradFunc = (dy: tf.Tensor, [savedH, savedW, savedIds, ...saved]: tf.Tensor[]) => {
      const ofHidden: tf.Tensor[] = []
      let ofMatrix: tf.Tensor | undefined
      for (const range of rangesOf(h.shape[0]!, size)) {
        const part = after(ofMatrix, rowsOf(savedH!, range))
        const capped = cappedOf(part, savedW!)
        const also = { ids: rowsOf(savedIds!, range), range, others: saved }
        const raw = measure.gradient(scaled(capped, temperature), also, rowsOf(dy, range))
        const ofLogits = softcapGradient(scaled(raw, temperature), capped, softcap)
        ofHidden.push(tf.matMul(ofLogits, savedW!))
        const product = tf.matMul(ofLogits, part, true, false)
        ofMatrix = ofMatrix ? tf.add(ofMatrix, product) : product
      }
      return [tf.concat(ofHidden, 0), ofMatrix!, ...[savedIds!, ...saved].map((x) => tf.zerosLike(x))]
    }
    return { value: tf.concat(values), gradFunc }
  })
  return op(hidden, matrix, ids, ...others)
}

/** The tensor, computed only after `before`: chunks that wait for each other can share memory. */
function after(before: tf.Tensor | undefined, tensor: tf.Tensor): tf.Tensor {
  return before ? optimizationBarrier([tensor, before])[0]! : tensor
}

function scaled(logits: tf.Tensor, temperature: number): tf.Tensor {
  return temperature === 1 ? logits : tf.div(logits, temperature)
}

function rangesOf(rows: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, n) => [n * size, Math.min(size, rows - n * size)])
}

function rowsOf(x: tf.Tensor, [start, length]: Range): tf.Tensor {
  return tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [length, ...x.shape.slice(1)])
}
