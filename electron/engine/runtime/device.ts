/**
 * Chooses by name the one device that this process computes on, before TensorFlow looks for any: all others are
 * hidden from it, so that every op and every compiled function runs there.
 */
import { spawnSync } from 'node:child_process'
import { UserError } from '../../contract/errors.ts'

/** Hides all of them, as CUDA reads it. */
const noGpu = '-1'

/** The user's choice, such as `GPU:1`; null leaves it to TensorFlow: a GPU where there is one. */
export function askedDevice(env: NodeJS.ProcessEnv = process.env): string | null {
  return env.STET_DEVICE || null
}

/**
 * @param names of the devices that there are
 * @throws UserError `bad_input` with their names when `asked` is none of them
 */
export function refuseUnknownDevice(asked: string, names: readonly string[]): void {
  if (names.includes(asked)) return
  const message = `There is no device "${asked}" here (STET_DEVICE). There is ${names.join(', ')}; choose one of these, or unset STET_DEVICE.`
  throw new UserError('bad_input', message)
}

/**
 * Lets TensorFlow see nothing but the device asked for.
 * @param gpus CUDA's names of those that may be used: `GPU:0` is the first
 * @throws UserError when there is no such device
 */
export function showOnly(asked: string, gpus: readonly string[], env: NodeJS.ProcessEnv): void {
  refuseUnknownDevice(asked, ['CPU:0', ...gpus.map((_, i) => `GPU:${i}`)])
  env.CUDA_VISIBLE_DEVICES = asked === 'CPU:0' ? noGpu : gpus[Number(asked.slice('GPU:'.length))]!
}

/** @returns the GPUs' UUIDs, or what CUDA_VISIBLE_DEVICES limits this process to */
export function findGpus(env: NodeJS.ProcessEnv = process.env): string[] {
  if (env.CUDA_VISIBLE_DEVICES !== undefined)
    return env.CUDA_VISIBLE_DEVICES.split(',').filter((name) => name !== '' && name !== noGpu)
  const { stdout } = spawnSync('nvidia-smi', ['--list-gpus'], { encoding: 'utf8', timeout: 10_000 })
  return uuidsIn(stdout ?? '')
}

/** @param listing what `nvidia-smi --list-gpus` prints; slices of a GPU follow it on lines of their own */
export function uuidsIn(listing: string): string[] {
  return [...listing.matchAll(/^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/gm)].map(([, uuid]) => uuid!)
}
