/**
 * Chooses the one device that this process computes on, before TensorFlow looks for devices: all others are hidden
 * from it, so that every op and every compiled function runs on that device.
 */
import { spawnSync } from 'node:child_process'
import { UserError } from '../../contract/errors.ts'

/** The value of CUDA_VISIBLE_DEVICES that hides all GPUs. */
const noGpu = '-1'

/** The user's choice, such as `GPU:1`; null means a GPU if there is one. */
export function requestedDevice(env: NodeJS.ProcessEnv = process.env): string | null {
  return env.STET_DEVICE || null
}

/**
 * @param names of the existing devices
 * @throws UserError `bad_input` that lists them if `requested` is not one of them
 */
export function refuseUnknownDevice(requested: string, names: readonly string[]): void {
  if (names.includes(requested)) return
  const message = `There is no device "${requested}" here (STET_DEVICE). Available: ${names.join(', ')}. Choose one of these, or unset STET_DEVICE.`
  throw new UserError('bad_input', message)
}

/**
 * Hides all devices but one from TensorFlow.
 * @param gpus CUDA's names of the GPUs that may be used: `GPU:0` is the first
 * @throws UserError if there is no such device
 */
export function showOnly(device: string, gpus: readonly string[], env: NodeJS.ProcessEnv): void {
  refuseUnknownDevice(device, ['CPU:0', ...gpus.map((_, i) => `GPU:${i}`)])
  env.CUDA_VISIBLE_DEVICES = device === 'CPU:0' ? noGpu : gpus[Number(device.slice('GPU:'.length))]!
}

/** @returns the GPUs' UUIDs, or what CUDA_VISIBLE_DEVICES limits this process to */
export function findGpus(env: NodeJS.ProcessEnv = process.env): string[] {
  if (env.CUDA_VISIBLE_DEVICES !== undefined)
    return env.CUDA_VISIBLE_DEVICES.split(',').filter((name) => name !== '' && name !== noGpu)
  const { stdout } = spawnSync('nvidia-smi', ['--list-gpus'], { encoding: 'utf8', timeout: 10_000 })
  return uuidsIn(stdout ?? '')
}

/** @param listing what `nvidia-smi --list-gpus` prints; slices of a GPU follow it on separate lines */
export function uuidsIn(listing: string): string[] {
  return [...listing.matchAll(/^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/gm)].map(([, uuid]) => uuid!)
}
