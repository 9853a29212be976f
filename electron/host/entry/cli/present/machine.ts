/** Results of the verbs on this machine. */
import type { VerbResult } from '../../../../contract/verbs.ts'
import { columns, gigabytes, lines } from '../layout.ts'

type Doctor = VerbResult<'doctor'>

export function presentBench(result: VerbResult<'bench'>): string {
  return columns(Object.entries(result).map(([key, value]) => [key, String(value)]))
}

export function presentDoctor(result: Doctor): string {
  const { version, runtime, speed, cache, node, sqlite, platform, cpu, memory } = result
  return lines(
    columns([
      ['stet', version],
      ['runtime', runtimeOf(runtime)],
      ['device', `${runtime.device}, ${runtime.threads} threads${otherDevices(runtime)}`],
      ['speed', speedOf(speed)],
      ['cache', cacheOf(cache)],
      ['node', node],
      ['sqlite', sqlite],
      ['machine', `${platform}, ${cpu.cores} cores, ${cpu.model}`],
      ['memory', `${gigabytes(memory.totalBytes)}, ${gigabytes(memory.freeBytes)} free`],
    ]),
    runtime.reason
      ? `The compiled runtime, which trains 18 to 60 times faster, is not in use: ${runtime.reason}`
      : '',
  )
}

function cacheOf(cache: Doctor['cache']): string {
  if (cache === null) return 'not in use'
  return `${cache.folder} (${cache.freeBytes === null ? 'free space unknown' : `${gigabytes(cache.freeBytes)} free`})`
}

function runtimeOf({ kind, version }: Doctor['runtime']): string {
  return kind === 'tensorflow' ? `TensorFlow ${version}, compiled` : `embedded (wasm, tfjs ${version})`
}

function otherDevices({ device, devices }: Doctor['runtime']): string {
  const others = devices.filter((name) => name !== device)
  return others.length === 0 ? '' : `; STET_DEVICE can choose ${others.join(', ')}`
}

function speedOf({ matmulGflops, copyGbPerS, trainTokensPerS, compileSeconds }: Doctor['speed']): string {
  return [
    `matrix product ${matmulGflops.toFixed(0)} GFLOP/s`,
    `memory ${copyGbPerS.toFixed(1)} GB/s`,
    `training one layer ${trainTokensPerS.toFixed(0)} tokens/s, compiled in ${compileSeconds.toFixed(1)} s`,
  ].join(', ')
}
