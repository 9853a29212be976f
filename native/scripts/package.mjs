/** `npm run package`: builds installers with electron-builder, to which it passes options (`-- --dir`). */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { ensureElectron } from '../setup/electron-setup.mjs'
import { log } from '../setup/log.mjs'

const root = path.resolve(import.meta.dirname, '../..')

/**
 * @param {string} script under node_modules
 * @param {string[]} args
 */
function runsOk(script, args) {
  const file = path.join(root, 'node_modules', ...script.split('/'))
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

if ((await ensureElectron(root)) === null) {
  log('Packaging includes Electron’s binary, so it needs a machine that can download it (from github.com).')
  process.exit(1)
}
const isDone =
  runsOk('electron-vite/bin/electron-vite.js', ['build']) &&
  runsOk('electron-builder/cli.js', ['--publish', 'never', ...process.argv.slice(2)])
process.exit(isDone ? 0 : 1)
