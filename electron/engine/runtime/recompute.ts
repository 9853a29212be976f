/**
 * Gradient checkpointing (Chen et al. 2016): a function's intermediate results are not kept for the backward pass
 * but computed again there, so that only its inputs take memory in between.
 */
import * as tf from '@tensorflow/tfjs-core'
import { optimizationBarrier } from './ops.ts'

/**
 * @param fn pure
 * @param inputs tensors that get a gradient
 * @param others tensors that `fn` needs and that get none
 * @returns fn(inputs, others)
 */
export function recomputed(
  fn: (inputs: tf.Tensor[], others: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  others: tf.Tensor[],
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const tensors = args.slice(0, -1) as tf.Tensor[]
    const save = args.at(-1) as unknown as tf.GradSaveFunc
    save([...tensors, ...others])
    // Without the barrier, the compiler would see that both passes compute the same and keep the first results.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const kept = saved.slice(tensors.length)
      const [gradient, ...fresh] = optimizationBarrier([dy, ...saved.slice(0, tensors.length)])
      return withOwnTape(() => tf.grads((...now) => fn(now, kept))(fresh, gradient))
    }
    return { value: fn(tensors, others), gradFunc }
  })
  return op(...inputs)
}

/** tfjs loses the tape of the pass it is in when another gradient is taken inside it. */
function withOwnTape<T>(fn: () => T): T {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    return fn()
  } finally {
    state.activeTape = outer
  }
}
