/** Runs programs for the setup. After an interruption neither they nor their unfinished files are left behind. */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
/** @type {Set<() => void>} */
const cleanups = new Set()

/**
 * Runs a program to its end and collects its output.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options]
 * @returns {Promise<{ ok: boolean, signal: NodeJS.Signals | null, output: string }>} `output`: stdout and
 *   stderr in order of arrival
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    children.add(child)
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-1_000_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => {
      children.delete(child)
      resolve({ ok: false, signal: null, output: error.message })
    })
    child.on('close', (code, signal) => {
      children.delete(child)
      resolve({ ok: code === 0, signal, output })
    })
  })
}

/**
 * Finds a program as a shell would.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null} its path
 */
export function findProgram(name, env = process.env) {
  const endings = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : ['']
  for (const folder of (env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending)
      if (isExecutable(file)) return file
    }
  }
  return null
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * Calls `cleanup` if the setup is interrupted.
 * @param {() => void} cleanup
 * @returns {() => void} cancels that
 */
export function onInterrupt(cleanup) {
  cleanups.add(cleanup)
  return () => cleanups.delete(cleanup)
}

/**
 * From now on Ctrl-C, SIGTERM and SIGHUP stop the running programs, delete unfinished files and exit.
 * @returns {() => void} restores the default
 */
export function handleInterrupts() {
  /** @type {[NodeJS.Signals, number][]} */
  const signals = [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]
  const handlers = signals.map(([signal, number]) => {
    const handler = () => {
      for (const child of children) child.kill('SIGKILL')
      for (const cleanup of cleanups) cleanup()
      process.stderr.write('\nstet: interrupted. Run the same command again to continue.\n')
      process.exit(128 + number)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}
