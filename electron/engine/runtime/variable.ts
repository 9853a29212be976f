/**
 * State that outlives a step: parameters, optimizer moments, KV caches. On the compiled runtime a variable is a
 * TensorFlow resource whose value never passes through JS; on the others it holds a tensor. Both have the same
 * meaning inside a compiled function: reads see the last assignment, and writes take effect when the function ends.
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { activeRecorder, type RecordableVariable } from './recorder.ts'
import { runtime } from './runtime.ts'
import { tensorflow } from './tensorflow-addon.ts'

export interface Variable {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  /** Its value; inside a compiled function, the last assigned one. The caller must not dispose it outside of one. */
  read(): tf.Tensor
  /** Sets its value; inside a compiled function, for the reads that follow. */
  assign(value: tf.Tensor): void
  /** A copy of its value. Not possible inside a compiled function. */
  data(): Float32Array
  dispose(): void
}

/** Not TensorFlow's default container, which `compilationsRelease` empties. */
const container = 'stet'
/**
 * TensorFlow's ResourceHandle::ANONYMOUS_NAME: it gives each variable a unique name. Names of ours would stay
 * in its kernel cache forever, one entry per variable.
 */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

/** A variable that lives in TensorFlow. */
class ResourceVariable implements Variable, RecordableVariable {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  readonly #handle: tf.Tensor
  readonly handleId: number

  constructor(name: string, value: tf.Tensor) {
    this.name = name
    this.shape = value.shape
    this.dtype = value.dtype as 'float32' | 'int32'
    const { backend, addon } = tensorflow()
    const attrs = [
      this.#dtypeAttr(),
      { name: 'shape', type: addon.TF_ATTR_SHAPE!, value: this.shape },
      { name: 'container', type: addon.TF_ATTR_STRING!, value: container },
      { name: 'shared_name', type: addon.TF_ATTR_STRING!, value: anonymous },
    ]
    this.#handle = tf.keep(backend.executeSingleOutput('VarHandleOp', attrs, []))
    this.handleId = backend.tensorMap.get(this.#handle.dataId).id
    this.#write(value)
  }

  #dtypeAttr() {
    const { addon } = tensorflow()
    const value = this.dtype === 'float32' ? addon.TF_FLOAT! : addon.TF_INT32!
    return { name: 'dtype', type: addon.TF_ATTR_TYPE!, value }
  }

  #write(value: tf.Tensor): void {
    const { backend } = tensorflow()
    backend.executeMultipleOutputs('AssignVariableOp', [this.#dtypeAttr()], [this.#handle, value], 0)
  }

  read(): tf.Tensor {
    const recorder = activeRecorder()
    if (recorder) return recorder.readVariable(this)
    return tensorflow().backend.executeSingleOutput('ReadVariableOp', [this.#dtypeAttr()], [this.#handle])
  }

  assign(value: tf.Tensor): void {
    assert.deepEqual(value.shape, this.shape, `${this.name}: assigned another shape`)
    const recorder = activeRecorder()
    if (recorder) recorder.assignVariable(this, value)
    else this.#write(value)
  }

  data(): Float32Array {
    // Not in a tidy: that would look for tensors among the returned numbers, one by one.
    const value = this.read()
    const values = value.dataSync() as Float32Array
    value.dispose()
    return values
  }

  dispose(): void {
    const { backend, addon } = tensorflow()
    const attrs = [{ name: 'ignore_lookup_error', type: addon.TF_ATTR_BOOL!, value: true }]
    backend.executeMultipleOutputs('DestroyResourceOp', attrs, [this.#handle], 0)
    this.#handle.dispose()
  }
}

/** Assignments of the eager function that is running; they take effect when it ends. */
let pending: Map<HeldVariable, tf.Tensor> | null = null

/** Runs `fn` with variables behaving as in a compiled function. */
export function withDeferredWrites<T>(fn: () => T): T {
  assert(!pending, 'A compiled function was called inside another one.')
  pending = new Map()
  try {
    const result = fn()
    for (const [variable, value] of pending) variable.hold(value)
    return result
  } finally {
    pending = null
  }
}

/** A variable that holds a tensor, for runtimes that do not compile. */
class HeldVariable implements Variable {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  #value: tf.Tensor

  constructor(name: string, value: tf.Tensor) {
    this.name = name
    this.shape = value.shape
    this.dtype = value.dtype as 'float32' | 'int32'
    this.#value = tf.keep(tf.clone(value))
  }

  read(): tf.Tensor {
    return pending?.get(this) ?? this.#value
  }

  assign(value: tf.Tensor): void {
    assert.deepEqual(value.shape, this.shape, `${this.name}: assigned another shape`)
    if (pending) pending.set(this, value)
    else this.hold(value)
  }

  hold(value: tf.Tensor): void {
    const old = this.#value
    this.#value = tf.keep(tf.clone(value))
    old.dispose()
  }

  data(): Float32Array {
    return this.#value.dataSync() as Float32Array
  }

  dispose(): void {
    this.#value.dispose()
  }
}

/**
 * @param name for messages; need not be unique
 * @param value initial value; the caller disposes it
 */
export function makeVariable(name: string, value: tf.Tensor): Variable {
  return runtime().compiles ? new ResourceVariable(name, value) : new HeldVariable(name, value)
}

/** A variable with these values, of which JS keeps no copy. */
export function variableFrom(name: string, shape: number[], values: Float32Array): Variable {
  const tensor = tf.tensor(values, shape, 'float32')
  const variable = makeVariable(name, tensor)
  tensor.dispose()
  return variable
}

export function zerosVariable(name: string, shape: number[]): Variable {
  const tensor = tf.zeros(shape)
  const variable = makeVariable(name, tensor)
  tensor.dispose()
  return variable
}
