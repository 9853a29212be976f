/**
 * Records the ops that a function runs into a TensorFlow graph, by shape only: nothing is computed and no
 * memory is used. While a recording is open, its binding stands in for tfjs-node's, so every kernel and
 * gradient of tfjs is recorded unchanged.
 *
 * Inside a recording a tensor's id is symbolic: -2 - (index of its value in the graph).
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { projectLine, recordingFailure, stackDepth } from './failures.ts'
import { acquireFunction } from './function-library.ts'
import { type Part, type RecordedNode, splitIntoParts, type ValueSpec } from './parts.ts'
import {
  type Addon,
  type NodeBackend,
  type OpAttr,
  type RecordedOp,
  type TensorInfo,
  tensorflow,
} from './tensorflow-addon.ts'

/** A value made in JS with more numbers than this must be an argument; smaller ones become constants. */
const maxConstantSize = 1 << 16

/** A value from outside that the recorded function used; it is passed at every call. */
export interface Capture {
  id: number
  placeholder: number
}

/** Shape and dtype of an argument. */
export type Spec = Pick<tf.Tensor, 'shape' | 'dtype'>

/** A recorded function: its parts are called in order. */
export interface Recording {
  /** Values of the arguments. */
  args: number[]
  captures: readonly Capture[]
  /** By value. */
  specs: readonly ValueSpec[]
  variables: ReadonlySet<number>
  parts: (Part & { name: string })[]
}

/** A variable that lives in TensorFlow, as a recording sees it. */
export interface RecordableVariable {
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  /** Id of the tensor that holds its resource handle. */
  readonly handleId: number
}

interface RecordedVariable {
  handle: number
  readOp: number
  current: number
  assigned: boolean
}

/** JSON writes infinite numbers as null and -0 as 0; here they must differ. */
function exactNumber(_key: string, value: unknown): unknown {
  const isInexact = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
  return isInexact ? (Object.is(value, -0) ? '-0' : String(value)) : value
}

const toId = (value: number) => -2 - value
const toValue = (id: number) => -2 - id

let active: Recorder | null = null

/** @returns the recording that is open, if any */
export function activeRecorder(): Recorder | null {
  return active
}

export class Recorder {
  readonly #captures: Capture[] = []
  readonly #addon: Addon
  readonly #backend: NodeBackend
  readonly #recording: number
  readonly #variables = new Map<RecordableVariable, RecordedVariable>()
  readonly #values = new Map<TensorInfo, number>()
  readonly #constants = new Map<string, number>()
  readonly #dtypes = new Map<number, number>()
  readonly #realBinding: Addon
  readonly #nodes: RecordedNode[] = []
  /** Dtype and shape by value. */
  readonly #specs: ValueSpec[] = []
  #part = 0
  /** What made each node, by its name; only while a failure is being explained. */
  #origins: Map<string, string> | null = null

  constructor() {
    const { addon, backend } = tensorflow()
    this.#addon = addon
    this.#backend = backend
    this.#realBinding = backend.binding
    this.#recording = addon.recordingStart()
  }

  /**
   * Runs `fn` with recording on, then registers what it did as functions, one per part.
   * @param label begins the functions' names; the rest identifies their content, for `releaseFunction`
   * @throws Error that names the label and the line of `fn`, or what it calls, that can't be recorded
   */
  record(label: string, specs: Spec[], fn: (inputs: tf.Tensor[]) => tf.Tensor[]): Recording {
    return this.#whileActive(label, () => {
      const { args, outputs, effects } = this.#run(specs, fn)
      const variables = new Set([...this.#variables.values()].map(({ handle }) => handle))
      const values = { specs: this.#specs, variables }
      const parts = splitIntoParts({ nodes: this.#nodes, outputs, effects, ...values })
      const named = parts.map((part) => ({ ...part, name: this.#register(label, part, outputs) }))
      return { args, captures: this.#captures, parts: named, ...values }
    })
  }

  #register(label: string, part: Part, outputs: readonly number[]): string {
    const name = `${label}_${part.content}`
    const results = [...part.kept, ...part.returned.map((place) => outputs[place]!)]
    acquireFunction(name, () =>
      this.#addon.recordingFunction(this.#recording, name, part.nodes, part.inputs, results, part.effects),
    )
    return name
  }

  /** What is recorded from here on belongs to the next part. */
  beginPart(): void {
    this.#part++
  }

  /** Runs `fn` as `record` does, to learn which line made each op. @returns op and line, by node name */
  originsOf(label: string, specs: Spec[], fn: (inputs: tf.Tensor[]) => tf.Tensor[]): Map<string, string> {
    const origins = new Map<string, string>()
    this.#origins = origins
    this.#whileActive(label, () => this.#run(specs, fn))
    return origins
  }

  #whileActive<T>(label: string, work: () => T): T {
    assert(!active, 'A recording inside a recording is not possible.')
    active = this
    this.#replaceBinding()
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = stackDepth
    try {
      return work()
    } catch (error) {
      throw recordingFailure(label, error)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
      this.#addon.recordingDiscard(this.#recording)
      this.#backend.binding = this.#realBinding
      Reflect.deleteProperty(this.#backend, 'getInputTensorIds')
      active = null
    }
  }

  #run(specs: Spec[], fn: (inputs: tf.Tensor[]) => tf.Tensor[]) {
    const args = specs.map(({ dtype, shape }) => this.#placeholder(this.#dtypeNumber(dtype), shape))
    const outputs = tf.tidy(() =>
      fn(args.map((value, i) => this.#tensor(value, specs[i]!.shape))).map((t) => this.#valueOf(t)),
    )
    return { args, outputs, effects: this.#writeBack() }
  }

  /** The variable's value at this point of the recorded function. */
  readVariable(variable: RecordableVariable): tf.Tensor {
    return this.#tensor(this.#recordedVariable(variable).current, variable.shape)
  }

  /** From here on the variable has this value; it is written once, when the function ends. */
  assignVariable(variable: RecordableVariable, tensor: tf.Tensor): void {
    const recorded = this.#recordedVariable(variable)
    recorded.current = this.#valueOf(tensor)
    recorded.assigned = true
  }

  #recordedVariable(variable: RecordableVariable): RecordedVariable {
    const existing = this.#variables.get(variable)
    if (existing) return existing
    const { TF_RESOURCE, TF_ATTR_TYPE, TF_ATTR_SHAPE } = this.#addon
    const dtype = this.#dtypeNumber(variable.dtype)
    const handle = this.#placeholder(TF_RESOURCE!, null)
    this.#captures.push({ id: variable.handleId, placeholder: handle })
    const read = this.#add('ReadVariableOp', [{ name: 'dtype', type: TF_ATTR_TYPE!, value: dtype }], [handle])
    // The placeholder of a handle has no shape.
    const shaped = this.#add(
      'EnsureShape',
      [
        { name: 'T', type: TF_ATTR_TYPE!, value: dtype },
        { name: 'shape', type: TF_ATTR_SHAPE!, value: variable.shape },
      ],
      [read.outputs[0]!.value],
    )
    this.#dtypes.set(shaped.outputs[0]!.value, dtype)
    const recorded = { handle, readOp: read.op, current: shaped.outputs[0]!.value, assigned: false }
    this.#variables.set(variable, recorded)
    return recorded
  }

  /** Writes assigned variables; the control edge makes each write wait for the read of the old value. */
  #writeBack(): number[] {
    const effects: number[] = []
    for (const [variable, { handle, readOp, current, assigned }] of this.#variables) {
      if (!assigned) continue
      const dtype = {
        name: 'dtype',
        type: this.#addon.TF_ATTR_TYPE!,
        value: this.#dtypeNumber(variable.dtype),
      }
      effects.push(this.#add('AssignVariableOp', [dtype], [handle, current], [readOp]).op)
    }
    return effects
  }

  #replaceBinding(): void {
    this.#backend.binding = {
      ...this.#realBinding,
      executeOp: (type, attrs, ids, numOutputs) => this.#executeOp(type, attrs, ids, numOutputs),
      createTensor: (shape, dtype, values) => toId(this.#constant(shape, dtype, values)),
      deleteTensor: (id) => {
        if (id >= 0) this.#addon.deleteTensor(id)
      },
      tensorDataSync: (id) => {
        if (id < 0) throw new Error('A value was read while a function was being recorded.')
        return this.#addon.tensorDataSync(id)
      },
    }
    this.#backend.getInputTensorIds = (tensors) => tensors.map((tensor) => toId(this.#valueOf(tensor)))
  }

  #executeOp(type: string, attrs: OpAttr[], ids: number[], numOutputs: number) {
    const recorded = this.#add(type, attrs, ids.map(toValue))
    return recorded.outputs.slice(0, numOutputs).map(({ value, dtype, shape }) => {
      if (!shape || shape.some((dim) => dim < 0))
        throw new Error(`${type}: the shape of its result is unknown while recording.`)
      return { id: toId(value), dtype, shape }
    })
  }

  #add(type: string, attrs: OpAttr[], inputs: number[], controls: number[] = []) {
    const added = this.#addon.recordingAdd(this.#recording, type, attrs, inputs, controls)
    this.#note(added, { type, content: JSON.stringify([type, attrs], exactNumber), inputs, controls })
    return added
  }

  #note(added: RecordedOp, node: Omit<RecordedNode, 'outputs' | 'part'>): void {
    const outputs = added.outputs.map(({ value }) => value)
    this.#nodes[added.op] = { ...node, outputs, part: this.#part }
    for (const { value, dtype, shape } of added.outputs) this.#specs[value] = { dtype, shape }
    this.#noteOrigin(added.op, node.type)
  }

  /** native/addon/stet_binding.cc names nodes by their number. */
  #noteOrigin(op: number, type: string): void {
    this.#origins?.set(`n${op}`, `${type} (${projectLine(new Error().stack)})`)
  }

  #placeholder(dtype: number, shape: number[] | null): number {
    const attrs: OpAttr[] = [{ name: 'dtype', type: this.#addon.TF_ATTR_TYPE!, value: dtype }]
    if (shape) attrs.push({ name: 'shape', type: this.#addon.TF_ATTR_SHAPE!, value: shape })
    const value = this.#add('Placeholder', attrs, []).outputs[0]!.value
    this.#dtypes.set(value, dtype)
    return value
  }

  #tensor(value: number, shape: number[]): tf.Tensor {
    const dtype = this.#dtypes.get(value) ?? this.#addon.TF_FLOAT!
    return this.#backend.createOutputTensor({ id: toId(value), shape, dtype })
  }

  /** The graph value of a tensor: recorded here, made in JS (a constant), or from outside (a capture). */
  #valueOf(tensor: tf.Tensor): number {
    const info = this.#backend.tensorMap.get(tensor.dataId)
    if (info.values === null && info.id < 0) return toValue(info.id)
    const existing = this.#values.get(info)
    if (existing !== undefined) return existing
    const value =
      info.values === null ? this.#capture(info) : this.#constant(info.shape, info.dtype, info.values)
    this.#values.set(info, value)
    return value
  }

  #capture(info: TensorInfo): number {
    const placeholder = this.#placeholder(info.dtype, info.shape)
    this.#captures.push({ id: info.id, placeholder })
    return placeholder
  }

  #constant(shape: number[], dtype: number, data: ArrayBufferView | number[]): number {
    const values = this.#typed(dtype, data)
    if (values.length > 64 && values.every((x) => x === values[0]))
      return this.#fill(shape, dtype, values.subarray(0, 1))
    if (values.length > maxConstantSize)
      throw new Error(
        `A constant of ${values.length} numbers is too large for a compiled function. Make it an argument.`,
      )
    const key = `${dtype}|${shape}|${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')}`
    const existing = this.#constants.get(key)
    if (existing !== undefined) return existing
    const added = this.#addon.recordingConstant(this.#recording, dtype, shape, values)
    this.#note(added, { type: 'Const', content: key, inputs: [], controls: [] })
    const { value } = added.outputs[0]!
    this.#constants.set(key, value)
    return value
  }

  #fill(shape: number[], dtype: number, one: Float32Array | Int32Array | Uint8Array): number {
    const dims = this.#constant([shape.length], this.#addon.TF_INT32!, Int32Array.from(shape))
    const scalar = this.#constant([], dtype, one)
    const attrs = [
      { name: 'T', type: this.#addon.TF_ATTR_TYPE!, value: dtype },
      { name: 'index_type', type: this.#addon.TF_ATTR_TYPE!, value: this.#addon.TF_INT32! },
    ]
    return this.#add('Fill', attrs, [dims, scalar]).outputs[0]!.value
  }

  #typed(dtype: number, values: ArrayBufferView | number[]): Float32Array | Int32Array | Uint8Array {
    if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)
      return values
    const list = values as number[]
    if (dtype === this.#addon.TF_INT32) return Int32Array.from(list)
    if (dtype === this.#addon.TF_BOOL) return Uint8Array.from(list)
    return Float32Array.from(list)
  }

  #dtypeNumber(dtype: tf.DataType): number {
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.#addon
    const number = { float32: TF_FLOAT, int32: TF_INT32, bool: TF_BOOL }[
      dtype as 'float32' | 'int32' | 'bool'
    ]
    assert(number !== undefined, `dtype ${dtype} can't be recorded`)
    return number
  }
}
