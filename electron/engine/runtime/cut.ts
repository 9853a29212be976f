/** Where a compiled function is split into parts (parts.ts). */
import * as tf from '@tensorflow/tfjs-core'
import { identity } from './ops.ts'
import { activeRecorder } from './recorder.ts'

/**
 * Ends a part of the function that is being recorded and begins the next: what comes before is handed over as this
 * tensor. Its gradient is a cut, too. Outside of a recording it does nothing.
 * @returns x
 */
export function cut(x: tf.Tensor): tf.Tensor {
  if (activeRecorder() === null) return x
  const op = tf.customGrad((...args) => ({
    value: cutHere(args[0] as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => cutHere(dy),
  }))
  return op(x)
}

/**
 * Begins a part whose work depends on this tensor, which may have been computed in any part before. Without a gradient;
 * outside of a recording it does nothing.
 * @returns x
 */
export function beginPart(x: tf.Tensor): tf.Tensor {
  if (activeRecorder() === null) return x
  activeRecorder()!.beginPart()
  return identity(x)
}

/** The first identity belongs to the part that ends, the second to the one that begins. */
function cutHere(x: tf.Tensor): tf.Tensor {
  return beginPart(identity(x))
}
