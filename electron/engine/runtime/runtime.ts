/**
 * Opens the one runtime of this process: TensorFlow through the compiled addon, or the embedded wasm backend.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { askedDevice, findGpus, refuseUnknownDevice, showOnly } from './device.ts'
import { locateRuntime } from './locate.ts'
import { loadAddon, tensorflow } from './tensorflow-addon.ts'

export interface Runtime {
  readonly kind: 'tensorflow' | 'wasm'
  /** Whether `compile` records and compiles; otherwise functions run op by op. */
  readonly compiles: boolean
  readonly version: string
  readonly device: string
  /** All that can be chosen instead, by STET_DEVICE. */
  readonly devices: string[]
  readonly threads: number
  /** Why the compiled runtime is not in use; null where it is. */
  readonly reason: string | null
}

/** Switches that only tests and benchmarks need. */
export interface RuntimeOptions {
  kind?: 'wasm'
  /** Run op by op on TensorFlow, to compare with compiled results. */
  eager?: boolean
}

let current: Runtime | null = null

/**
 * Opens the runtime; later calls give the same one.
 * @throws UserError when STET_DEVICE names a device that is not there
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  if (current) return current
  const location =
    options.kind === 'wasm' ? { kind: 'wasm' as const, reason: 'It was asked for.' } : locateRuntime()
  current =
    location.kind === 'wasm' ? await openWasm(location.reason) : openTensorflow(location, !options.eager)
  return current
}

/** @returns the open runtime */
export function runtime(): Runtime {
  assert(current, 'openRuntime() comes first')
  return current
}

function openTensorflow(
  { addon: addonPath, cuda }: { addon: string; cuda: boolean },
  compiles: boolean,
): Runtime {
  const asked = askedDevice()
  const gpus = cuda ? findGpus() : []
  const chosen = asked ?? (gpus.length > 0 ? 'GPU:0' : 'CPU:0')
  showOnly(chosen, gpus, process.env)
  loadAddon(addonPath)
  const { addon } = tensorflow()
  // A GPU that the driver lists may still be one that TensorFlow can't use.
  const device = addon.devices().some(({ type }) => type === 'GPU') ? chosen : 'CPU:0'
  if (asked !== null) refuseUnknownDevice(asked, [device])
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
  const asked = askedDevice()
  if (asked !== null) refuseUnknownDevice(asked, ['wasm'])
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
