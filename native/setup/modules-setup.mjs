/** Installs the packages that package-lock.json names, where node_modules holds anything else. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { readJson, withLock } from './cache.mjs'
import { SetupError, say } from './log.mjs'
import { NPM_FLAGS, npmCommand, npmFailure } from './node-setup.mjs'
import { run } from './processes.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/**
 * @param {Lock} wanted package-lock.json
 * @param {Lock | null} present `node_modules/.package-lock.json`, which npm writes when an installation is complete
 * @returns {boolean} whether every wanted package is there, in the wanted version; optional ones may be left out (they
 *   belong to other platforms), and others may lie beside them
 */
export function modulesMatch(wanted, present) {
  if (!present?.packages) return false
  const there = present.packages
  for (const [folder, locked] of Object.entries(wanted.packages ?? {})) {
    if (folder === '') continue
    const found = there[folder]
    if (found === undefined ? !locked.optional : found.integrity !== locked.integrity) return false
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
      'package-lock.json is missing or damaged. Restore it: git checkout package-lock.json',
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
  say('installing the packages of package-lock.json (npm ci)')
  // npm removes node_modules file by file: without this an interruption could leave a lock that says all is there.
  rmSync(installedLock(root), { force: true })
  const npm = npmCommand(node)
  const args = [...npm.args, 'ci', '--include=dev', '--include=optional', ...NPM_FLAGS]
  const done = await run(npm.program, args, { cwd: root, env: npm.env })
  if (!done.ok) {
    throw new SetupError(
      `The packages could not be installed: ${npmFailure(done.output)}. Run it again then.`,
    )
  }
}
