/**
 * Gradient checkpointing (Chen et al. 2016): what a function computes on the way is not kept for the backward pass
 * but computed again there, so that only its inputs take memory in between.
 */
import * as tf from '@tensorflow/tfjs-core'
import { optimizationBarrier } from './ops.ts'

/**
 * @param fn pure
 * @param inputs what gets a gradient
 * @param others what `fn` needs besides and gets none
 * @returns fn(inputs, others)
 */
export function recomputed(
  fn: (inputs: tf.Tensor[], others: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  others: tf.Tensor[],
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const given = args.slice(0, -1) as tf.Tensor[]
    const save = args.at(-1) as unknown as tf.GradSaveFunc
    save([...given, ...others])
    // Without the barrier the compiler would see that both passes compute the same, and keep the first one's results.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const kept = saved.slice(given.length)
      const [again, ...fresh] = optimizationBarrier([dy, ...saved.slice(0, given.length)])
      return withOwnTape(() => tf.grads((...now) => fn(now, kept))(fresh, again))
    }
    return { value: fn(given, others), gradFunc }
  })
  return op(...inputs)
}

/** tfjs forgets the tape of the pass that it is in when another gradient is taken inside it. */
function withOwnTape<T>(fn: () => T): T {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    return fn()
  } finally {
    state.activeTape = outer
  }
}
