/**
 * Chooses the runtime of this clone and records it in .stet/runtime.json: TensorFlow's libraries with the addon compiled
 * against them, or the embedded wasm runtime with the reason.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { addonFile, ensureAddon, findCompiler, sourcesHash } from './addon-build.mjs'
import { cacheFolder, readJson, withLock, writeWhole } from './cache.mjs'
import { log, SetupError } from './log.mjs'
import { findProgram, run } from './processes.mjs'
import {
  describeLibraries,
  ensureLibraries,
  librariesComplete,
  librariesFolder,
  librariesFor,
  librariesName,
} from './tensorflow-libraries.mjs'

/**
 * The contents of .stet/runtime.json. `sources` is the state for which wasm was chosen: other sources are tried again.
 * @typedef {{ kind: 'tensorflow', addon: string, version: string, cuda: boolean }} TensorflowRuntime
 * @typedef {{ kind: 'wasm', reason: string, sources: string }} WasmRuntime
 */

const thenSetUp = 'then run `npm run setup`'

/**
 * @param {string} root the clone
 * @param {string} node path of the Node that will load the addon
 * @param {{ detectAgain: boolean }} options `detectAgain`: choose again even if a valid choice is recorded
 */
export async function ensureRuntime(root, node, { detectAgain }) {
  if (wasmIsForced(process.env)) return
  const record = path.join(root, '.stet', 'runtime.json')
  const cache = cacheFolder()
  const sources = sourcesHash(root)
  if (!detectAgain && isStillValid(readJson(record), cache, sources)) return
  await withLock(path.join(cache, 'setup.lock'), async () => {
    if (!detectAgain && isStillValid(readJson(record), cache, sources)) return
    const runtime = await chooseRuntime(root, node, cache, sources)
    writeWhole(record, `${JSON.stringify(runtime, null, 2)}\n`)
    log(
      runtime.kind === 'wasm'
        ? wasmMessage(runtime.reason)
        : `runtime: ${describeLibraries(runtime)}, compiled`,
    )
  })
}

/**
 * `STET_RUNTIME=wasm` leaves the recorded choice as it is; the code that loads the runtime checks it too.
 * @param {NodeJS.ProcessEnv} env
 */
export function wasmIsForced(env) {
  const forced = env.STET_RUNTIME ?? ''
  if (forced !== '' && forced !== 'wasm') {
    throw new SetupError(
      `STET_RUNTIME is “${forced}”, but only “wasm” is allowed. Set it to that, or unset it.`,
    )
  }
  return forced === 'wasm'
}

/** @param {string} reason */
function wasmMessage(reason) {
  return `runtime: embedded (wasm), which trains 18 to 60 times slower, because ${reason}`
}

/**
 * @param {unknown} recorded
 * @param {string} cache
 * @param {string} sources
 * @returns {boolean} whether the recorded runtime would be chosen again, as far as files show
 */
export function isStillValid(recorded, cache, sources) {
  const runtime = /** @type {TensorflowRuntime | WasmRuntime | null} */ (recorded)
  if (runtime?.kind === 'wasm') return runtime.sources === sources
  if (runtime?.kind !== 'tensorflow' || !existsSync(runtime.addon)) return false
  const platform = `${process.platform}-${process.arch}`
  return librariesFor({ platform, hasPip: true, hasNvidia: true }).some(
    (libraries) =>
      addonFile(cache, sources, librariesName(libraries)) === runtime.addon &&
      librariesComplete(librariesFolder(cache, libraries)),
  )
}

/**
 * @param {string} root
 * @param {string} node
 * @param {string} cache
 * @param {string} sources
 * @returns {Promise<TensorflowRuntime | WasmRuntime>}
 */
async function chooseRuntime(root, node, cache, sources) {
  if (findCompiler() === null) {
    const reason = `no C++ compiler (g++, c++, clang++) was found; install one (Debian: apt install g++), ${thenSetUp}`
    return { kind: 'wasm', reason, sources }
  }
  const platform = `${process.platform}-${process.arch}`
  const python = await findPip()
  const choices = librariesFor({ platform, hasPip: python !== null, hasNvidia: await hasNvidiaGpu() })
  const failures = choices.length === 0 ? [`there is no TensorFlow for ${platform}`] : []
  for (const libraries of choices) {
    try {
      const addon = addonFile(cache, sources, librariesName(libraries))
      await ensureLibraries(cache, libraries, python)
      await ensureAddon(root, node, addon, librariesFolder(cache, libraries))
      return { kind: 'tensorflow', addon, version: libraries.version, cuda: libraries.cuda }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(error.message)
    }
  }
  return { kind: 'wasm', reason: wasmReason(failures, python !== null), sources }
}

/**
 * @param {string[]} failures
 * @param {boolean} hasPip
 * @returns {string} one sentence: the reason, and how to get the compiled runtime
 */
export function wasmReason(failures, hasPip) {
  const remedy = hasPip ? `fix this, ${thenSetUp}` : `install Python 3 with pip, ${thenSetUp}`
  return `${failures.join(', and ')}; ${remedy}`
}

/** @returns {Promise<string[] | null>} how to call a Python that has pip */
async function findPip() {
  for (const [name, ...args] of [['python3'], ['python'], ['py', '-3']]) {
    const program = findProgram(name ?? '')
    if (program && (await run(program, [...args, '-m', 'pip', '--version'])).ok) return [program, ...args]
  }
  return null
}

/** @returns {Promise<boolean>} whether an NVIDIA driver lists at least one GPU */
async function hasNvidiaGpu() {
  const program = findProgram('nvidia-smi')
  if (program === null) return false
  const { ok, output } = await run(program, ['--list-gpus'])
  return ok && output.includes('GPU 0')
}
