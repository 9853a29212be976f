/**
 * Ops that tfjs lacks or does slowly, each with its gradient and with two forms: one TensorFlow op on the
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

/**
 * Negative log-probability of the given class in each row, without a second copy of the softmax.
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

/** Up to this many rows a product is bound by reading the weights, and this project's own kernel is the fastest. */
const fewRows = 32

/**
 * A linear layer's product.
 * @param x (N, in)
 * @param weight (out, in)
 * @returns (N, out)
 */
export function matMulTransposed(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  if (x.shape[0]! > fewRows || !callsNative()) return tf.matMul(x, weight, false, true)
  const product = tf.customGrad((...args) => {
    const [a, w, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([a, w])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => [
      tf.matMul(dy, saved[1]!),
      tf.matMul(dy, saved[0]!, true, false),
    ]
    return { value: fewRowsMatMul(a, w), gradFunc }
  })
  return product(x, weight)
}

/** Native functions are called from compiled functions only, and exist for the CPU only. */
function callsNative(): boolean {
  return activeRecorder() !== null && tensorflow().addon.fewRowsMatmul && runtime().device.startsWith('CPU')
}

function fewRowsMatMul(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const { addon } = tensorflow()
  const [rows, size] = x.shape as [number, number]
  const out = weight.shape[0]!
  const attrs = [
    { name: 'call_target_name', type: addon.TF_ATTR_STRING!, value: 'stet_few_rows_matmul' },
    { name: 'backend_config', type: addon.TF_ATTR_STRING!, value: '' },
    { name: 'has_side_effect', type: addon.TF_ATTR_BOOL!, value: false },
    {
      name: 'operand_dtypes',
      type: addon.TF_ATTR_TYPE!,
      value: [addon.TF_FLOAT!, addon.TF_FLOAT!, addon.TF_INT32!],
    },
    { name: 'result_dtypes', type: addon.TF_ATTR_TYPE!, value: [addon.TF_FLOAT!] },
    { name: 'result_shapes', type: addon.TF_ATTR_SHAPE!, value: [[rows, out]] },
  ]
  return raw('XlaCustomCallV2', attrs, [x, weight, tf.tensor1d([rows, size, out], 'int32')])
}

/**
 * Writes `update` into a cache variable at one position of axis 2, in place where the runtime can.
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

/** Slot s takes update slot s - position where that is in range; a matrix of 0 and 1 moves the slots. */
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
