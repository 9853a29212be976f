/**
 * `node native/bootstrap.mjs SCRIPT ARGS…` makes a bare clone ready (Node, packages, runtime) and runs the script;
 * without a script it sets the runtime up afresh. It needs nothing but Node 18, npm and, the first time, a network.
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
  await ensureRuntime(root, node, { afresh: script === undefined })
  stopHandling()
  if (script !== undefined) runScript(node, path.resolve(root, script), args)
}

/**
 * The script's end is this process's end: the same exit code, or the same signal.
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
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    // A terminal sends its Ctrl-C to both processes; a second one would look like impatience.
    if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
  }
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, passOn)
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, passOn)
    if (signal === null) process.exit(code ?? 1)
    process.kill(process.pid, signal)
  })
}

/**
 * @param {unknown} error
 * @returns {string} a sentence; what is no user's and no machine's doing is thrown on
 */
function explain(error) {
  if (error instanceof SetupError) return error.message
  if (errorCode(error) === 'ENOSPC') return 'The disk is full. Make room and run the command again.'
  if (error instanceof Error && 'syscall' in error) return `The set-up cannot go on: ${error.message}.`
  throw error
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`stet: ${explain(error)}\n`)
  process.exitCode = 1
}
