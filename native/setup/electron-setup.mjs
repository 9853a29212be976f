/** Electron's program: where it is, and fetched once where it is missing. Its package brings none. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { say } from './log.mjs'
import { run } from './processes.mjs'

const fetchSeconds = 300

/**
 * @param {string} root the clone
 * @returns {string | null}
 */
export function electronProgram(root) {
  const folder = path.join(root, 'node_modules', 'electron')
  const record = path.join(folder, 'path.txt')
  if (!existsSync(record)) return null
  const program = path.join(folder, 'dist', readFileSync(record, 'utf8').trim())
  return existsSync(program) ? program : null
}

/**
 * @param {string} root the clone
 * @returns {Promise<string | null>} null where it can't be had, which has been said
 */
export async function ensureElectron(root) {
  const found = electronProgram(root)
  if (found !== null) return found
  say('Fetching Electron, about 110 MB…')
  const installer = path.join(root, 'node_modules', 'electron', 'install.js')
  const { ok, output } = await run(process.execPath, [installer], { timeout: fetchSeconds * 1000 })
  const program = electronProgram(root)
  if (ok && program !== null) return program
  const [why = 'it took too long'] = output.trim().split('\n')
  say(`Electron's program is not here and could not be fetched (${why || 'it took too long'}).`)
  return null
}

/** Whether a window can be shown at all. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}
