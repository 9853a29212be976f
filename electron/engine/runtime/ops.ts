/**
 * Ops that tfjs lacks or computes slowly, each with its gradient and in two forms: one TensorFlow op on the
 * compiled runtime, plain tfjs on wasm. Both give the same numbers within float error.
 */
import * as tf from '@tensorflow/tfjs-core'
import { activeRecorder } from './recorder.ts'
import { runtime } from './runtime.ts'
import { type OpAttr, tensorflow } from './tensorflow-addon.ts'
import type { Variable } from './variable.ts'

function raw(name: string, attrs: OpAttr[], inputs: tf.Tensor[]): tf.Tensor {
  return tensorflow().backend.executeSingleOutput(name, attrs, inputs)
}

function typeAttr(name: string, dtype: 'float32' | 'int32'): OpAttr {
  const { addon } = tensorflow()
  return { name, type: addon.TF_ATTR_TYPE!, value: dtype === 'float32' ? addon.TF_FLOAT! : addon.TF_INT32! }
}

function onTensorflow(): boolean {
  return runtime().kind === 'tensorflow'
}

/**
 * Rows of a table. tfjs-node's own `gather` reads its indices back to JS at every call.
 * @param table (V, C)
 * @param ids int32 (N)
 * @returns (N, C)
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const lookup = tf.customGrad((...args) => {
    const [w, i, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([i])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => [
      sumRowsById(dy, saved[0]!, table.shape[0]!),
      tf.zerosLike(saved[0]!),
    ]
    return { value: takeRows(w, i), gradFunc }
  })
  return lookup(table, ids)
}

function takeRows(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  if (!onTensorflow()) return tf.gather(table, ids)
  const attrs = [
    typeAttr('Tparams', 'float32'),
    typeAttr('Tindices', 'int32'),
    typeAttr('Taxis', 'int32'),
    { name: 'batch_dims', type: tensorflow().addon.TF_ATTR_INT!, value: 0 },
  ]
  return raw('GatherV2', attrs, [table, ids, tf.scalar(0, 'int32')])
}

/** Adds row n of `rows` (N, C) to row ids[n] of a zero table (numRows, C). */
function sumRowsById(rows: tf.Tensor, ids: tf.Tensor, numRows: number): tf.Tensor {
  if (!onTensorflow()) return tf.scatterND(tf.expandDims(ids, 1), rows, [numRows, rows.shape[1]!])
  const attrs = [typeAttr('T', 'float32'), typeAttr('Tindices', 'int32'), typeAttr('Tnumsegments', 'int32')]
  return raw('UnsortedSegmentSum', attrs, [rows, ids, tf.scalar(numRows, 'int32')])
}

/** Shifts the bits of an int32 tensor. On TensorFlow only. */
export function shiftLeft(x: tf.Tensor, bits: number): tf.Tensor {
  return raw('LeftShift', [typeAttr('T', 'int32')], [x, tf.scalar(bits, 'int32')])
}

/** As `shiftLeft`; keeps the sign. */
export function shiftRight(x: tf.Tensor, bits: number): tf.Tensor {
  return raw('RightShift', [typeAttr('T', 'int32')], [x, tf.scalar(bits, 'int32')])
}

/**
 * Negative log-probability of one class per row, without a second copy of the softmax.
 * @param logits (N, V)
 * @param ids int32 (N)
 * @returns (N)
 */
export function crossEntropy(logits: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [x, i, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const { loss, gradient } = crossEntropyWithGradient(x, i)
    save([gradient, i])
    const gradFunc = (dy: tf.Tensor, [g, savedIds]: tf.Tensor[]) => [
      tf.mul(g!, tf.expandDims(dy, 1)),
      tf.zerosLike(savedIds!),
    ]
    return { value: loss, gradFunc }
  })
  return op(logits, ids)
}

/** softmax(logits) - onehot(ids): the gradient of `crossEntropy`. (N, V) */
export function crossEntropyGradient(logits: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return crossEntropyWithGradient(logits, ids).gradient
}

function crossEntropyWithGradient(
  logits: tf.Tensor,
  ids: tf.Tensor,
): { loss: tf.Tensor; gradient: tf.Tensor } {
  if (onTensorflow()) {
    const attrs = [typeAttr('T', 'float32'), typeAttr('Tlabels', 'int32')]
    const name = 'SparseSoftmaxCrossEntropyWithLogits'
    const [loss, gradient] = tensorflow().backend.executeMultipleOutputs(name, attrs, [logits, ids], 2)
    return { loss: loss!, gradient: gradient! }
  }
  const oneHot = tf.cast(tf.oneHot(ids as tf.Tensor1D, logits.shape[1]!), 'float32')
  const logprobs = tf.logSoftmax(logits)
  return {
    loss: tf.neg(tf.sum(tf.mul(logprobs, oneHot), -1)),
    gradient: tf.sub(tf.exp(logprobs), oneHot),
  }
}

/** Up to this many rows, a product is bound by reading the weights, and this project's kernel is the fastest. */
const maxFewRows = 64

/**
 * The products of several linear layers with the same rows.
 * @param x (N, in)
 * @param weights (out_i, in) each
 * @returns (N, out_i) each
 */
export function matMulsTransposed(x: tf.Tensor, weights: tf.Tensor[]): tf.Tensor[] {
  if (x.shape[0]! > maxFewRows || !callsNative()) return manyRowsMatMuls(x, weights)
  const outs = weights.map((w) => w.shape[0]!)
  const joined = fewRowsMatMul(x, weights, outs)
  let start = 0
  return outs.map((out) => {
    start += out
    return tf.slice(joined, [0, start - out], [x.shape[0]!, out])
  })
}

/** Weights with at most this many outputs (adapters) are joined: a product of few columns is slow for its size. */
const maxThinOutputs = 64

function manyRowsMatMuls(x: tf.Tensor, weights: tf.Tensor[]): tf.Tensor[] {
  const thin = weights.filter(isThin)
  if (thin.length < 2) return weights.map((w) => manyRowsMatMul(x, w))
  const outs = thin.map((w) => w.shape[0]!)
  const parts = tf.split(manyRowsMatMul(x, tf.concat(thin, 0)), outs, 1)
  return weights.map((w) => (isThin(w) ? parts[thin.indexOf(w)]! : manyRowsMatMul(x, w)))
}

function isThin(weight: tf.Tensor): boolean {
  return weight.shape[0]! <= maxThinOutputs
}

function manyRowsMatMul(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const product = tf.customGrad((...args) => {
    const [a, w, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([a, w])
    const gradFunc = (dy: tf.Tensor, [savedX, savedWeight]: tf.Tensor[]) => [
      tf.matMul(dy, savedWeight!),
      weightGradient(dy, savedX!),
    ]
    return { value: tf.matMul(a, w, false, true), gradFunc }
  })
  return product(x, weight)
}

/**
 * dyᵀ x. XLA's kernels for the CPU are up to 1.8 times faster if an operand is transposed beforehand; the barrier stops
 * XLA from folding the transposition back in.
 * @param dy (N, out)
 * @param x (N, in)
 * @returns (out, in)
 */
function weightGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  if (activeRecorder() === null || !runtime().device.startsWith('CPU')) return tf.matMul(dy, x, true, false)
  if (dy.shape[1]! <= 2 * x.shape[1]!) return tf.matMul(optimizationBarrier([tf.transpose(dy)])[0]!, x)
  const [transposed] = optimizationBarrier([tf.transpose(x)])
  return tf.transpose(optimizationBarrier([tf.matMul(transposed!, dy)])[0]!)
}

/** The products side by side: (N, Σ out_i). */
function fewRowsMatMul(x: tf.Tensor, weights: tf.Tensor[], outs: number[]): tf.Tensor {
  const [rows, size] = x.shape as [number, number]
  const marks = liveRows(rows)
  const sizes = [rows, size, marks.length, ...outs, 0]
  const shape = [rows, outs.reduce((a, b) => a + b)]
  const product = tf.customGrad((...args) => {
    const inputs = args.slice(0, -1) as tf.Tensor[]
    const save = args.at(-1) as unknown as tf.GradSaveFunc
    save(inputs)
    const gradFunc = (dy: tf.Tensor, [a, ...ws]: tf.Tensor[]) => {
      const parts = tf.split(dy, outs, 1)
      return [
        tf.addN(parts.map((part, i) => tf.matMul(part, ws[i]!))),
        ...parts.map((part) => tf.matMul(part, a!, true, false)),
      ]
    }
    return { value: nativeCall('few_rows_matmul', sizes, [...inputs, ...marks], shape), gradFunc }
  })
  return product(x, ...weights)
}

/**
 * RMSNorm (Zhang and Sennrich 2019), y = n g with n = x / sqrt(mean(x²) + eps), and its gradient in closed form:
 * dx = (dy g - n mean(dy g n)) / sqrt(mean(x²) + eps), dg = Σ dy n.
 * @param x (N, C)
 * @param gain (C)
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor, eps: number): tf.Tensor {
  const norm = tf.customGrad((...args) => {
    const [a, g, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([a, g])
    const gradFunc = (dy: tf.Tensor, [savedX, savedGain]: tf.Tensor[]) => {
      const { scale, normed } = normalised(savedX!, eps)
      const inner = tf.mul(dy, savedGain!)
      const along = tf.mul(normed, tf.mean(tf.mul(inner, normed), -1, true))
      return [tf.mul(tf.sub(inner, along), scale), tf.sum(tf.mul(dy, normed), 0)]
    }
    return { value: rmsNormForward(a, g, eps), gradFunc }
  })
  return norm(x, gain)
}

function rmsNormForward(x: tf.Tensor, gain: tf.Tensor, eps: number): tf.Tensor {
  if (x.shape[0]! > maxFewRows || !callsNative()) return tf.mul(normalised(x, eps).normed, gain)
  return nativeCall('rms_norm', x.shape, [x, gain, tf.scalar(eps)], x.shape)
}

function normalised(x: tf.Tensor, eps: number): { scale: tf.Tensor; normed: tf.Tensor } {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps)) // (N, 1)
  return { scale, normed: tf.mul(x, scale) }
}

export interface DecodeAttention {
  /** (B, NH, 1, H), already scaled */
  queries: tf.Tensor
  /** (B, NK, S, H) */
  keys: tf.Tensor
  /** As `keys`. */
  values: tf.Tensor
  /** int32 (B): first slot of each row that is not padding */
  firstReal: tf.Tensor
  /** int32 scalar: last slot in use */
  position: tf.Tensor
}

/**
 * Attention of one query per head over slots firstReal[b] … position of a cache, without a gradient. Requires
 * `callsNative()`.
 * @returns (B, NH*H)
 */
export function decodeAttention(attention: DecodeAttention): tf.Tensor {
  const { queries, keys, values, firstReal, position } = attention
  const [b, nh, , h] = queries.shape as [number, number, number, number]
  const marks = liveRows(b)
  const sizes = [b, nh, ...keys.shape.slice(1), marks.length]
  const inputs = [queries, keys, values, firstReal, position, ...marks]
  return nativeCall('decode_attention', sizes, inputs, [b, nh * h])
}

/**
 * The same tensors, opaque to the compiler: it can't tell that what is computed from them was computed before, and it
 * uses none of them until all are computed.
 */
export function optimizationBarrier(tensors: tf.Tensor[]): tf.Tensor[] {
  if (activeRecorder() === null) return tensors
  const { backend, addon } = tensorflow()
  const types = tensors.map(({ dtype }) => (dtype === 'int32' ? addon.TF_INT32! : addon.TF_FLOAT!))
  const attrs = [{ name: 'T', type: addon.TF_ATTR_TYPE!, value: types }]
  return backend.executeMultipleOutputs('XlaOptimizationBarrier', attrs, tensors, tensors.length)
}

let live: tf.Tensor | null = null

/**
 * Inside `fn`, native functions of B rows skip the rows that are marked 0 and give zeros there.
 * @param marks int32 (B)
 */
export function withLiveRows<T>(marks: tf.Tensor, fn: () => T): T {
  live = marks
  try {
    return fn()
  } finally {
    live = null
  }
}

function liveRows(rows: number): tf.Tensor[] {
  return live !== null && live.shape[0] === rows ? [live] : []
}

/** Whether native functions can be called at this point: only compiled functions on the CPU can. */
export function callsNative(): boolean {
  return activeRecorder() !== null && tensorflow().addon.nativeCalls && runtime().device.startsWith('CPU')
}

/** A separate op in a recording, where tfjs returns the same tensor. Without a gradient; on TensorFlow only. */
export function identity(x: tf.Tensor): tf.Tensor {
  return raw('Identity', [typeAttr('T', x.dtype as 'float32' | 'int32')], [x])
}

/** Over all of the tensors, without a gradient. @returns scalar */
export function sumOfSquares(tensors: tf.Tensor[]): tf.Tensor {
  if (!callsNative()) return tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))
  const counts = [...tensors.map(({ size }) => size), 0]
  return tf.reshape(nativeCall('sum_of_squares', counts, tensors, [1]), [])
}

/**
 * Calls a function of native/addon/native_calls.h.
 * @param sizes the function's first operand
 * @returns float32 of this shape
 */
function nativeCall(name: string, sizes: number[], inputs: tf.Tensor[], shape: number[]): tf.Tensor {
  const { addon } = tensorflow()
  const operands = [tf.tensor1d(sizes, 'int32'), ...inputs]
  const types = operands.map(({ dtype }) => (dtype === 'int32' ? addon.TF_INT32! : addon.TF_FLOAT!))
  const attrs = [
    { name: 'call_target_name', type: addon.TF_ATTR_STRING!, value: `stet_${name}` },
    { name: 'backend_config', type: addon.TF_ATTR_STRING!, value: '' },
    { name: 'has_side_effect', type: addon.TF_ATTR_BOOL!, value: false },
    { name: 'operand_dtypes', type: addon.TF_ATTR_TYPE!, value: types },
    { name: 'result_dtypes', type: addon.TF_ATTR_TYPE!, value: [addon.TF_FLOAT!] },
    { name: 'result_shapes', type: addon.TF_ATTR_SHAPE!, value: [shape] },
  ]
  return raw('XlaCustomCallV2', attrs, operands)
}

/**
 * Writes `update` into a cache variable at one position of axis 2, in place if the runtime can.
 * @param cache (B, NK, S, H)
 * @param update (B, NK, T, H)
 * @param position int32 scalar: first slot that is written
 * @returns the cache after the write
 */
export function writeCache(cache: Variable, update: tf.Tensor, position: tf.Tensor): tf.Tensor {
  const old = cache.read()
  const written = onTensorflow() ? updateSlice(old, update, position) : updateByMask(old, update, position)
  cache.assign(written)
  return cache.read()
}

function updateSlice(old: tf.Tensor, update: tf.Tensor, position: tf.Tensor): tf.Tensor {
  const zero = tf.scalar(0, 'int32')
  const start = tf.stack([zero, zero, position, zero])
  return raw(
    'XlaDynamicUpdateSlice',
    [typeAttr('T', 'float32'), typeAttr('Tindices', 'int32')],
    [old, update, start],
  )
}

/** Slot s gets slot s - position of the update if that is in range; a matrix of 0 and 1 moves the slots. */
function updateByMask(old: tf.Tensor, update: tf.Tensor, position: tf.Tensor): tf.Tensor {
  const slots = old.shape[2]!
  const length = update.shape[2]!
  const target = tf.add(tf.range(0, length, 1, 'int32'), position)
  const place = tf.cast(
    tf.equal(tf.expandDims(tf.range(0, slots, 1, 'int32'), 1), tf.expandDims(target, 0)),
    'float32',
  )
  const kept = tf.sub(1, tf.sum(place, 1, true))
  return tf.add(tf.mul(old, kept), tf.matMul(broadcastMatrix(place, old), update))
}

function broadcastMatrix(matrix: tf.Tensor, like: tf.Tensor): tf.Tensor {
  const [b, k] = like.shape as [number, number]
  return tf.tile(tf.reshape(matrix, [1, 1, ...matrix.shape]), [b, k, 1, 1])
}
