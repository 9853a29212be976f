/** `npm run package`: the app as one installs it, by electron-builder (its options follow: `-- --dir`). */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { ensureElectron } from '../setup/electron-setup.mjs'
import { say } from '../setup/log.mjs'

const root = path.resolve(import.meta.dirname, '../..')

/**
 * @param {string} script under node_modules
 * @param {string[]} args
 */
function runs(script, args) {
  const file = path.join(root, 'node_modules', ...script.split('/'))
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

if ((await ensureElectron(root)) === null) {
  say(
    'Packaging puts Electron’s program into the app, so it needs a machine that can fetch it (from github.com).',
  )
  process.exit(1)
}
const isDone =
  runs('electron-vite/bin/electron-vite.js', ['build']) &&
  runs('electron-builder/cli.js', ['--publish', 'never', ...process.argv.slice(2)])
process.exit(isDone ? 0 : 1)
