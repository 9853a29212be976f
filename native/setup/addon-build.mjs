/** Compiles the addon against TensorFlow's libraries, once per state of its sources, flags and versions. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { publish, writeWhole } from './cache.mjs'
import { log, SetupError } from './log.mjs'
import { findProgram, run } from './processes.mjs'

const sourceFile = path.join('native', 'addon', 'stet_binding.cc')
const packageFolder = path.join('node_modules', '@tensorflow', 'tfjs-node-gpu')
const headersFolder = path.join('node_modules', 'node-api-headers', 'include')
const compilerFlags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8']

/** @returns {string | null} path of a C++ compiler */
export function findCompiler() {
  const names = process.env.CXX ? [process.env.CXX] : ['g++', 'c++', 'clang++']
  return names.map((name) => findProgram(name)).find((program) => program !== null) ?? null
}

/**
 * @param {string} root the clone
 * @returns {string} hash of everything that the addon is compiled from, except the libraries
 */
export function sourcesHash(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  hash.update(readFileSync(new URL(import.meta.url))) // the flags
  for (const folder of [path.dirname(sourceFile), path.join(packageFolder, 'binding'), headersFolder]) {
    for (const [name, content] of filesOf(path.join(root, folder))) hash.update(`\n${name}\n`).update(content)
  }
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @returns {[string, Buffer][]} names and contents of its sources, in order
 */
function filesOf(folder) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => /\.(cc|h)$/.test(name))
  return names.sort().map((name) => [name, readFileSync(path.join(folder, name))])
}

/**
 * @param {string} cache
 * @param {string} sources from `sourcesHash`
 * @param {string} librariesName
 * @returns {string} path for the addon of these sources and libraries, whether or not it exists
 */
export function addonFile(cache, sources, librariesName) {
  const key = createHash('sha256').update(`${sources} ${librariesName}`).digest('hex').slice(0, 16)
  return path.join(cache, 'addon', key, 'stet_binding.node')
}

/**
 * Compiles the addon unless it exists and loads. Call it under the cache's lock.
 * @param {string} root
 * @param {string} node path of the Node that will load it
 * @param {string} addon from `addonFile`
 * @param {string} libraries folder of the libraries
 */
export async function ensureAddon(root, node, addon, libraries) {
  if (existsSync(addon) && (await loadFailure(node, addon)) === null) return
  for (const required of [sourceFile, packageFolder, headersFolder]) {
    if (!existsSync(path.join(root, required))) throw new SetupError(`${required} is missing`)
  }
  const compiler = findCompiler()
  if (compiler === null) throw new SetupError('no C++ compiler was found')
  log('compiling the addon (15 to 60 s, once per change of its sources)')
  await publish(path.dirname(addon), async (temporary) => {
    const output = path.join(temporary, path.basename(addon))
    const compiled = await run(compiler, compilerArguments(libraries, output), { cwd: root })
    if (!compiled.ok) throw new SetupError(compileFailure(root, compiled.output))
    const failure = await loadFailure(node, output)
    if (failure !== null) throw new SetupError(failure)
  })
}

/**
 * @param {string} root
 * @param {string} output what the compiler printed
 */
function compileFailure(root, output) {
  const logFile = path.join(root, '.stet', 'addon-build.log')
  writeWhole(logFile, output)
  const error = output.split('\n').find((line) => line.includes('error')) ?? 'no reason given'
  return `the addon did not compile (${error.trim()}; full log: ${logFile})`
}

/**
 * The run path is relative to the addon, so that the cache can be moved.
 * @param {string} libraries
 * @param {string} output
 */
function compilerArguments(libraries, output) {
  const layout = libraryLayout(libraries)
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN'
  const runPath = `${origin}/${path.relative(path.dirname(output), layout.folder)}`
  const includes = [layout.include, headersFolder, packageFolder, path.join(packageFolder, 'binding')]
  return [
    ...compilerFlags,
    ...includes.map((folder) => `-I${folder}`),
    '-o',
    output,
    sourceFile,
    `-L${layout.folder}`,
    ...layout.links,
    `-Wl,-rpath,${runPath}`,
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
  ]
}

/**
 * The libraries are in a wheel as `tensorflow/lib….so.2`, in a libtensorflow archive as `lib/lib….so`.
 * @param {string} libraries
 * @returns {{ folder: string, include: string, links: string[] }}
 */
function libraryLayout(libraries) {
  const wheel = path.join(libraries, 'tensorflow')
  if (!existsSync(wheel)) {
    return {
      folder: path.join(libraries, 'lib'),
      include: path.join(libraries, 'include'),
      links: ['-ltensorflow', '-ltensorflow_framework'],
    }
  }
  const links =
    process.platform === 'darwin'
      ? ['-ltensorflow_cc.2', '-ltensorflow_framework.2']
      : ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2']
  return { folder: wheel, include: path.join(wheel, 'include'), links }
}

/**
 * Loads the addon in a separate process: libraries built for another machine crash only that one.
 * @param {string} node
 * @param {string} addon
 * @returns {Promise<string | null>} why it does not load, or null
 */
async function loadFailure(node, addon) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
  const loaded = await run(node, ['-e', 'require(process.argv[1])', addon], { env })
  if (loaded.ok) return null
  if (loaded.signal === 'SIGILL') return 'this processor lacks instructions that TensorFlow needs'
  const error = loaded.output.split('\n').find((line) => line.startsWith('Error: '))
  return `the addon does not load (${error?.replace('Error: ', '') ?? `ended by ${loaded.signal}`})`
}
