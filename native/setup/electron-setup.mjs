/** Finds Electron's binary, or downloads it once: Electron's npm package does not contain it. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { log } from './log.mjs'
import { run } from './processes.mjs'

const downloadSeconds = 300

/**
 * @param {string} root the clone
 * @returns {string | null} path of the binary, or null if it is missing
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
 * @returns {Promise<string | null>} its path; null, after a message, if it cannot be downloaded
 */
export async function ensureElectron(root) {
  const existing = electronProgram(root)
  if (existing !== null) return existing
  log('downloading Electron (about 110 MB, once)')
  const installer = path.join(root, 'node_modules', 'electron', 'install.js')
  const { ok, output } = await run(process.execPath, [installer], { timeout: downloadSeconds * 1000 })
  const program = electronProgram(root)
  if (ok && program !== null) return program
  const [why = 'it took too long'] = output.trim().split('\n')
  log(`Electron could not be downloaded (${why || 'it took too long'}).`)
  return null
}

/** Whether this machine can show a window. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}
