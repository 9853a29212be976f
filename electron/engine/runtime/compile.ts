/**
 * `compile` turns a function of named tensors into one that runs as a single native, XLA-compiled call. It is recorded
 * once per signature (the arguments' shapes and dtypes) and cached. If nothing can be compiled, the same function runs
 * op by op, with the same meaning.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import { compilationFailure, recordingFailure } from './failures.ts'
import { Program } from './program.ts'
import { Recorder, type Spec } from './recorder.ts'
import { runtime } from './runtime.ts'
import {
  type Layout,
  layoutOf,
  recordOf,
  type TensorRecord,
  tensorsOf,
  type ValuesOf,
  valuesOf,
} from './tensor-record.ts'
import { tensorflow } from './tensorflow-addon.ts'
import { withDeferredWrites } from './variable.ts'

/** Variables are used inside by `read` and `assign`; everything else that changes must be an argument. */
export type TensorFunction<In extends TensorRecord, Out extends TensorRecord> = (inputs: In) => Out

/** Learns of each program when its compilation begins, and when its first call has ended. */
export type CompileListener = (program: string, moment: 'begins' | 'ended') => void

let listener: CompileListener = () => {}

/** One listener at a time. @returns stops it */
export function onCompiling(listen: CompileListener): () => void {
  listener = listen
  return () => {
    if (listener === listen) listener = () => {}
  }
}

export interface CompiledFunction<In extends TensorRecord, Out extends TensorRecord> {
  /**
   * The first call's keys, in their order, are the function's: every other call must have the same ones.
   * @returns new tensors, the caller's to dispose
   * @throws Error that names a key which is missing or unknown
   */
  call(inputs: In): Out
  /**
   * Calls with inputs that are disposed afterwards.
   * @returns the outputs' values, which must be float32
   */
  values(inputs: In): ValuesOf<Out>
  /** Number of signatures recorded so far. */
  readonly recordings: number
  dispose(): void
}

/**
 * @param name for messages and profiles
 * @param fn pure except for its variables; run once per signature
 */
export function compile<In extends TensorRecord, Out extends TensorRecord>(
  name: string,
  fn: TensorFunction<In, Out>,
): CompiledFunction<In, Out> {
  return runtime().compiles ? new XlaFunction(name, fn) : new EagerFunction(name, fn)
}

function valuesOnce<In extends TensorRecord, Out extends TensorRecord>(
  fn: CompiledFunction<In, Out>,
  inputs: In,
): ValuesOf<Out> {
  const outputs = fn.call(inputs)
  const values = valuesOf(outputs)
  tf.dispose([inputs, outputs])
  return values
}

class EagerFunction<In extends TensorRecord, Out extends TensorRecord> implements CompiledFunction<In, Out> {
  readonly recordings = 0
  readonly #name: string
  readonly #fn: TensorFunction<In, Out>
  #layout: Layout | null = null

  constructor(name: string, fn: TensorFunction<In, Out>) {
    this.#name = name
    this.#fn = fn
  }

  call(inputs: In): Out {
    this.#layout ??= layoutOf(inputs)
    tensorsOf(inputs, this.#layout, this.#name)
    try {
      return tf.tidy(() => withDeferredWrites(() => this.#fn(inputs)))
    } catch (error) {
      throw recordingFailure(this.#name, error)
    }
  }

  values(inputs: In): ValuesOf<Out> {
    return valuesOnce(this, inputs)
  }

  dispose(): void {}
}

interface Recorded {
  program: Program
  outputs: Layout
}

class XlaFunction<In extends TensorRecord, Out extends TensorRecord> implements CompiledFunction<In, Out> {
  readonly #name: string
  readonly #fn: TensorFunction<In, Out>
  readonly #recorded = new Map<string, Recorded>()
  #layout: Layout | null = null

  constructor(name: string, fn: TensorFunction<In, Out>) {
    this.#name = name
    this.#fn = fn
  }

  get recordings(): number {
    return this.#recorded.size
  }

  call(inputs: In): Out {
    this.#layout ??= layoutOf(inputs)
    const tensors = tensorsOf(inputs, this.#layout, this.#name)
    const { program, outputs } = this.#recordedFor(tensors, this.#layout)
    const { isCompiled } = program
    try {
      const results = program.run(tensors)
      if (!isCompiled) listener(this.#name, 'ended')
      const { backend } = tensorflow()
      return recordOf<Out>(
        results.map((result) => backend.createOutputTensor(result)),
        outputs,
      )
    } catch (error) {
      throw error instanceof UserError ? error : this.#explained(error, tensors, this.#layout)
    }
  }

  values(inputs: In): ValuesOf<Out> {
    return valuesOnce(this, inputs)
  }

  dispose(): void {
    for (const { program } of this.#recorded.values()) program.release()
    this.#recorded.clear()
  }

  /** Records once more to learn which line made each op; that costs nothing until something fails. */
  #explained(error: unknown, tensors: tf.Tensor[], layout: Layout): Error {
    const run = (args: tf.Tensor[]) => this.#run(args, layout).tensors
    const origins = new Recorder().originsOf(this.#name, tensors.map(specOf), run)
    return compilationFailure(this.#name, error, origins)
  }

  #recordedFor(tensors: tf.Tensor[], layout: Layout): Recorded {
    const signature = tensors.map((t) => `${t.dtype}[${t.shape}]`).join()
    const existing = this.#recorded.get(signature)
    if (existing) return existing
    listener(this.#name, 'begins')
    const recorder = new Recorder()
    let outputs: Layout = new Map()
    const recording = recorder.record(this.#name, tensors.map(specOf), (args) => {
      const result = this.#run(args, layout)
      outputs = result.layout
      return result.tensors
    })
    const recorded = { program: new Program(recording), outputs }
    this.#recorded.set(signature, recorded)
    return recorded
  }

  /** The function on lists of tensors, as the recorder takes it. */
  #run(args: tf.Tensor[], inputs: Layout): { tensors: tf.Tensor[]; layout: Layout } {
    const result = this.#fn(recordOf<In>(args, inputs))
    const layout = layoutOf(result)
    return { tensors: tensorsOf(result, layout, this.#name), layout }
  }
}

function specOf({ shape, dtype }: tf.Tensor): Spec {
  return { shape, dtype }
}
