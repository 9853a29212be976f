/** Installs the packages of package-lock.json, unless node_modules already matches it. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { readJson, withLock } from './cache.mjs'
import { log, SetupError } from './log.mjs'
import { npmCommand, npmFailure, npmFlags } from './node-setup.mjs'
import { run } from './processes.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/**
 * @param {Lock} wanted package-lock.json
 * @param {Lock | null} present `node_modules/.package-lock.json`, which npm writes when an installation is complete
 * @returns {boolean} whether every wanted package is installed in the wanted version; optional ones may be missing (they
 *   are for other platforms), and there may be others
 */
export function modulesMatch(wanted, present) {
  if (!present?.packages) return false
  const installed = present.packages
  for (const [folder, locked] of Object.entries(wanted.packages ?? {})) {
    if (folder === '') continue
    const existing = installed[folder]
    if (existing === undefined ? !locked.optional : existing.integrity !== locked.integrity) return false
  }
  return true
}

/**
 * @param {string} root the clone
 * @param {string} node path of the Node to install with
 */
export async function ensureModules(root, node) {
  if (isInstalled(root)) return
  await withLock(path.join(root, '.stet', 'setup.lock'), async () => {
    if (!isInstalled(root)) await install(root, node)
  })
}

/** @param {string} root */
function isInstalled(root) {
  const wanted = /** @type {Lock | null} */ (readJson(path.join(root, 'package-lock.json')))
  if (wanted === null) {
    throw new SetupError(
      'package-lock.json is missing or damaged. Restore it with: git checkout package-lock.json',
    )
  }
  return modulesMatch(wanted, /** @type {Lock | null} */ (readJson(installedLock(root))))
}

/** @param {string} root */
function installedLock(root) {
  return path.join(root, 'node_modules', '.package-lock.json')
}

/**
 * @param {string} root
 * @param {string} node
 */
async function install(root, node) {
  log('installing the packages of package-lock.json (npm ci)')
  // npm removes node_modules file by file: otherwise an interruption could leave a lock that claims a full install.
  rmSync(installedLock(root), { force: true })
  const npm = npmCommand(node)
  const args = [...npm.args, 'ci', '--include=dev', '--include=optional', ...npmFlags]
  const installed = await run(npm.program, args, { cwd: root, env: npm.env })
  if (!installed.ok) {
    throw new SetupError(
      `The packages could not be installed: ${npmFailure(installed.output)}. Fix this and run the command again.`,
    )
  }
}
