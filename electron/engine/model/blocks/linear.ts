/** Linear layers in both layouts, with their biases and adapters, and the embedding of tokens. */
import * as tf from '@tensorflow/tfjs-core'
import { embedding, matMulsTransposed } from '../../runtime/ops.ts'
import type { Weights } from '../weights.ts'

/**
 * @param table (V, C)
 * @param ids int32 of any shape, N in all
 * @returns (N, C): the table's row of each id
 */
export function embedRows(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return embedding(table, tf.reshape(ids, [-1]))
}

/** A linear layer: x (N, in) times its weight (out, in) transposed, plus its bias. (N, out) */
export function linear(x: tf.Tensor, w: Weights, name: string, biased: boolean): tf.Tensor {
  return linears(x, w, [name], biased)[0]
}

/** Several linear layers of the same x (N, in), in one product if that is faster. (N, out_i) each */
export function linears<const Names extends readonly string[]>(
  x: tf.Tensor,
  w: Weights,
  names: Names,
  biased: boolean,
): { [I in keyof Names]: tf.Tensor } {
  const adapters = names.map((name) => w.adapter?.(name) ?? null)
  const packed = names.map((name) => w.packed?.(`${name}.weight`) ?? null)
  const plain = names.filter((_, i) => packed[i] === null)
  const matrices = [
    ...plain.map((name) => w(`${name}.weight`)),
    ...adapters.flatMap((adapter) => adapter?.a ?? []),
  ]
  const products = matrices.length === 0 ? [] : matMulsTransposed(x, matrices)
  const reduced = products.splice(plain.length) // x Aᵀ of the layers that have an adapter
  const outputs = names.map((name, i) => {
    const adapter = adapters[i]
    const product = packed[i]?.product(x) ?? products.shift()!
    const adapted = adapter ? tf.add(product, transposedProduct(reduced.shift()!, adapter.b)) : product
    return biased ? tf.add(adapted, w(`${name}.bias`)) : adapted
  })
  return outputs as { [I in keyof Names]: tf.Tensor }
}

/** x (N, in) times a weight (out, in) transposed. (N, out) */
export function transposedProduct(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return matMulsTransposed(x, [weight])[0]!
}

/** A linear layer whose weight is (in, out), with a bias. x (N, in) to (N, out) */
export function conv1d(x: tf.Tensor, w: Weights, name: string): tf.Tensor {
  const product = tf.matMul(x, w(`${name}.weight`))
  const adapter = w.adapter?.(name)
  const adapted = adapter
    ? tf.add(product, transposedProduct(transposedProduct(x, adapter.a), adapter.b))
    : product
  return tf.add(adapted, w(`${name}.bias`))
}
