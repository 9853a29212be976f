/**
 * `compile` turns a function of tensors into one that runs as a single native, XLA-compiled call. It is recorded
 * once for each signature (the arguments' shapes and dtypes) and cached. Where nothing can be compiled the same
 * function runs op by op, with the same meaning.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import { compilationFailure, recordingFailure } from './failures.ts'
import { releaseFunction } from './function-library.ts'
import { type Capture, Recorder, type Spec } from './recorder.ts'
import { runtime } from './runtime.ts'
import { tensorflow } from './tensorflow-addon.ts'
import { withDeferredWrites } from './variable.ts'

/** Variables are used inside by `read` and `assign`; everything else that changes must be an argument. */
export type TensorFunction = (...inputs: tf.Tensor[]) => tf.Tensor[]

export interface CompiledFunction {
  /** @returns new tensors, the caller's to dispose */
  call(...inputs: tf.Tensor[]): tf.Tensor[]
  /** Calls with inputs that are disposed afterwards; the first output's values. */
  values(inputs: tf.Tensor[]): Float32Array
  /** Number of signatures recorded so far. */
  readonly recordings: number
  dispose(): void
}

/**
 * @param name for messages and profiles
 * @param fn pure but for its variables; run once for each signature
 */
export function compile(name: string, fn: TensorFunction): CompiledFunction {
  return runtime().compiles ? new XlaFunction(name, fn) : new EagerFunction(name, fn)
}

function valuesOnce(fn: CompiledFunction, inputs: tf.Tensor[]): Float32Array {
  const outputs = fn.call(...inputs)
  const values = outputs[0]!.dataSync() as Float32Array
  tf.dispose([...inputs, ...outputs])
  return values
}

class EagerFunction implements CompiledFunction {
  readonly recordings = 0
  readonly #name: string
  readonly #fn: TensorFunction

  constructor(name: string, fn: TensorFunction) {
    this.#name = name
    this.#fn = fn
  }

  call(...inputs: tf.Tensor[]): tf.Tensor[] {
    try {
      return tf.tidy(() => withDeferredWrites(() => this.#fn(...inputs)))
    } catch (error) {
      throw recordingFailure(this.#name, error)
    }
  }

  values(inputs: tf.Tensor[]): Float32Array {
    return valuesOnce(this, inputs)
  }

  dispose(): void {}
}

interface Recorded {
  name: string
  captures: Capture[]
  numOutputs: number
}

class XlaFunction implements CompiledFunction {
  readonly #name: string
  readonly #fn: TensorFunction
  readonly #recorded = new Map<string, Recorded>()

  constructor(name: string, fn: TensorFunction) {
    this.#name = name
    this.#fn = fn
  }

  get recordings(): number {
    return this.#recorded.size
  }

  call(...inputs: tf.Tensor[]): tf.Tensor[] {
    const { backend } = tensorflow()
    const { name, captures, numOutputs } = this.#recordedFor(inputs)
    const ids = [...backend.getInputTensorIds(inputs), ...captures.map((c) => c.id)]
    const mustCompile = { name: '_XlaMustCompile', type: backend.binding.TF_ATTR_BOOL!, value: true }
    try {
      const outputs = backend.binding.executeOp(name, [mustCompile], ids, numOutputs)
      return outputs.map((output) => backend.createOutputTensor(output))
    } catch (error) {
      throw error instanceof UserError ? error : this.#explained(error, inputs)
    }
  }

  values(inputs: tf.Tensor[]): Float32Array {
    return valuesOnce(this, inputs)
  }

  dispose(): void {
    for (const { name } of this.#recorded.values()) releaseFunction(name)
    this.#recorded.clear()
  }

  /** Records once more to learn which line made each op; that costs nothing until something fails. */
  #explained(error: unknown, inputs: tf.Tensor[]): Error {
    const origins = new Recorder().originsOf(this.#name, inputs.map(specOf), (args) => this.#fn(...args))
    return compilationFailure(this.#name, error, origins)
  }

  #recordedFor(inputs: tf.Tensor[]): Recorded {
    const signature = inputs.map((t) => `${t.dtype}[${t.shape}]`).join()
    const found = this.#recorded.get(signature)
    if (found) return found
    const recorder = new Recorder()
    const { name, numOutputs } = recorder.record(this.#name, inputs.map(specOf), (args) => this.#fn(...args))
    const recorded = { name, captures: recorder.captures, numOutputs }
    this.#recorded.set(signature, recorded)
    return recorded
  }
}

function specOf({ shape, dtype }: tf.Tensor): Spec {
  return { shape, dtype }
}
