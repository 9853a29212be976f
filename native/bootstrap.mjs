/**
 * `node native/bootstrap.mjs SCRIPT ARGS…` sets up a fresh clone (Node, packages, runtime) and runs the script; without
 * a script it detects and sets up the runtime again. It needs only Node 18, npm and, the first time, a network.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode } from './setup/cache.mjs'
import { SetupError } from './setup/log.mjs'
import { ensureModules } from './setup/modules-setup.mjs'
import { ensureNode, withNodeFirst } from './setup/node-setup.mjs'
import { handleInterrupts } from './setup/processes.mjs'
import { ensureRuntime } from './setup/runtime-setup.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** @param {string[]} argv */
async function main([script, ...args]) {
  const stopHandling = handleInterrupts()
  const node = await ensureNode()
  await ensureModules(root, node)
  await ensureRuntime(root, node, { detectAgain: script === undefined })
  stopHandling()
  if (script !== undefined) runScript(node, path.resolve(root, script), args)
}

/**
 * This process ends as the script does: with the same exit code, or by the same signal.
 * @param {string} node
 * @param {string} script
 * @param {string[]} args
 */
function runScript(node, script, args) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: 'inherit',
    env: node === process.execPath ? process.env : withNodeFirst(node),
  })
  const onTerminal = process.stdin.isTTY === true
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    // A terminal sends Ctrl-C to both processes; the script would take a second one as a request to exit at once.
    if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
  }
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, forward)
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward)
    if (signal === null) process.exit(code ?? 1)
    process.kill(process.pid, signal)
  })
}

/**
 * @param {unknown} error
 * @returns {string} a sentence for the user; an error that is neither theirs nor the machine's is thrown again
 */
function explain(error) {
  if (error instanceof SetupError) return error.message
  if (errorCode(error) === 'ENOSPC') return 'The disk is full. Free some space and run the command again.'
  if (error instanceof Error && 'syscall' in error) return `Setup failed: ${error.message}.`
  throw error
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`stet: ${explain(error)}\n`)
  process.exitCode = 1
}
