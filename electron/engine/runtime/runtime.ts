/**
 * Opens the one runtime of this process: TensorFlow through the compiled addon, or the embedded wasm backend.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { findGpus, refuseUnknownDevice, requestedDevice, showOnly } from './device.ts'
import { locateRuntime } from './locate.ts'
import { loadAddon, tensorflow } from './tensorflow-addon.ts'

export interface Runtime {
  readonly kind: 'tensorflow' | 'wasm'
  /** Whether `compile` records and compiles; otherwise functions run op by op. */
  readonly compiles: boolean
  readonly version: string
  readonly device: string
  /** All devices that STET_DEVICE can choose. */
  readonly devices: string[]
  readonly threads: number
  /** Why the compiled runtime is not in use; null if it is. */
  readonly reason: string | null
}

/** Options for tests and benchmarks only. */
export interface RuntimeOptions {
  kind?: 'wasm'
  /** Run op by op on TensorFlow, to compare with compiled results. */
  eager?: boolean
}

let current: Runtime | null = null

/**
 * Opens the runtime; later calls return the same one.
 * @throws UserError when STET_DEVICE names a device that does not exist
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  if (current) return current
  const location =
    options.kind === 'wasm' ? { kind: 'wasm' as const, reason: 'It was requested.' } : locateRuntime()
  current =
    location.kind === 'wasm' ? await openWasm(location.reason) : openTensorflow(location, !options.eager)
  return current
}

/** @returns the open runtime */
export function runtime(): Runtime {
  assert(current, 'openRuntime() must be called first')
  return current
}

function openTensorflow(
  { addon: addonPath, cuda }: { addon: string; cuda: boolean },
  compiles: boolean,
): Runtime {
  const requested = requestedDevice()
  const gpus = cuda ? findGpus() : []
  const chosen = requested ?? (gpus.length > 0 ? 'GPU:0' : 'CPU:0')
  showOnly(chosen, gpus, process.env)
  loadAddon(addonPath)
  const { addon } = tensorflow()
  // A GPU that the driver lists may still be one that TensorFlow can't use.
  const device = addon.devices().some(({ type }) => type === 'GPU') ? chosen : 'CPU:0'
  if (requested !== null) refuseUnknownDevice(requested, [device])
  return {
    kind: 'tensorflow',
    compiles,
    version: addon.version(),
    device,
    devices: ['CPU:0', ...gpus.map((_, i) => `GPU:${i}`)],
    threads: os.availableParallelism(),
    reason: null,
  }
}

async function openWasm(reason: string): Promise<Runtime> {
  const requested = requestedDevice()
  if (requested !== null) refuseUnknownDevice(requested, ['wasm'])
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(`${path.dirname(entry)}${path.sep}`)
  // The core package registers no gradients; this one does.
  await import('@tensorflow/tfjs')
  await tf.setBackend('wasm')
  await tf.ready()
  return {
    kind: 'wasm',
    compiles: false,
    version: tf.version_core,
    device: 'wasm',
    devices: ['wasm'],
    threads: 1,
    reason,
  }
}
