/**
 * Loads the compiled addon under tfjs-node-gpu's own backend class and declares the part of both that is used here.
 * The package's entry point is not used because it would look for (and download) a separate binding.
 */
import { createRequire } from 'node:module'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { asUserError } from './failures.ts'
import type { ValueSpec } from './parts.ts'

/** Attribute of a TensorFlow op, as tfjs-node writes it. */
export interface OpAttr {
  name: string
  type: number
  value: unknown
}

export interface TensorMetadata {
  id: number
  shape: number[]
  dtype: number
}

export interface RecordedOp {
  op: number
  outputs: { value: number; dtype: number; shape: number[] | null }[]
}

/** The addon: tfjs-node's tensor binding and this project's recording (native/addon/stet_binding.cc). */
export interface Addon {
  readonly [constant: `TF_${string}`]: number
  createTensor(shape: number[], dtype: number, values: ArrayBufferView): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array
  executeOp(name: string, attrs: OpAttr[], inputs: number[], numOutputs: number): TensorMetadata[]
  getNumOfTensors(): number
  isUsingGpuDevice(): boolean
  recordingStart(): number
  recordingAdd(
    recording: number,
    type: string,
    attrs: OpAttr[],
    inputs: number[],
    controls: number[],
  ): RecordedOp
  recordingConstant(recording: number, dtype: number, shape: number[], values: ArrayBufferView): RecordedOp
  /** Registers these ops of the recording as a function; others can be made of the same recording. */
  recordingFunction(
    recording: number,
    name: string,
    ops: number[],
    inputs: number[],
    outputs: number[],
    effects: number[],
  ): void
  recordingDiscard(recording: number): void
  /**
   * Compiles a function on another thread, for inputs that are tensors or have this dtype and shape; a call of it waits
   * for that. On the CPU, and only of a function that writes no variable.
   * @param variables number of inputs, the last, that are handles of variables
   */
  compileAhead(name: string, inputs: (number | ValueSpec)[], variables: number): void
  functionRemove(name: string): void
  /** Frees everything that XLA has compiled; functions are compiled again when they are next called. */
  compilationsRelease(): void
  /** Whether compiled functions can call the functions of native/addon/native_calls.h. */
  nativeCalls: boolean
  devices(): { name: string; type: string }[]
  version(): string
}

export interface TensorInfo {
  id: number
  shape: number[]
  dtype: number
  /** Values that are still in JS and not yet in TensorFlow. */
  values: Float32Array | Int32Array | Uint8Array | null
}

/** The part of tfjs-node's backend that recording replaces. */
export interface NodeBackend {
  binding: Addon
  tensorMap: { get(dataId: object): TensorInfo }
  createOutputTensor(metadata: TensorMetadata): tf.Tensor
  getInputTensorIds(tensors: tf.Tensor[]): number[]
  executeSingleOutput(name: string, attrs: OpAttr[], inputs: tf.Tensor[]): tf.Tensor
  executeMultipleOutputs(name: string, attrs: OpAttr[], inputs: tf.Tensor[], numOutputs: number): tf.Tensor[]
}

let loaded: { backend: NodeBackend; addon: Addon } | null = null

/** @returns the backend that `loadAddon` has made, which must have been called */
export function tensorflow(): { backend: NodeBackend; addon: Addon } {
  if (!loaded) throw new Error('The compiled runtime is not loaded.')
  return loaded
}

/**
 * Loads the addon and makes 'tensorflow' the backend of tfjs.
 * @param addonPath path of the compiled addon
 */
export function loadAddon(addonPath: string): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  Object.assign(util, { isNullOrUndefined: (x: unknown) => x == null, isArray: Array.isArray })
  const require = createRequire(import.meta.url)
  const addon = require(addonPath) as Addon
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js')
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js')
  tf.registerBackend(
    'tensorflow',
    () => {
      // The addon's exports are read-only; recording needs a binding that it can replace.
      const binding = reportingMemory(copyOf(addon))
      const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu')
      loaded = { backend, addon }
      return backend
    },
    3,
  )
  if (!tf.setBackend('tensorflow')) throw new Error('tfjs did not accept the TensorFlow backend.')
}

/** The binding with calls that throw a UserError if memory runs out. */
function reportingMemory(binding: Addon): Addon {
  const reporting =
    <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return call(...args)
      } catch (error) {
        throw asUserError(error)
      }
    }
  const { executeOp, createTensor, tensorDataSync } = binding
  return {
    ...binding,
    executeOp: reporting(executeOp),
    createTensor: reporting(createTensor),
    tensorDataSync: reporting(tensorDataSync),
  }
}

/** A copy whose members can be replaced; the addon's exports can be neither replaced nor enumerated. */
export function copyOf(addon: Addon): Addon {
  return Object.fromEntries(
    Object.getOwnPropertyNames(addon).map((key) => [key, Reflect.get(addon, key)]),
  ) as Addon
}
