/** `npm run dev`: the app with hot reload; if Electron is not available, the web UI without it, as `npm start` does. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { ensureElectron, hasDisplay } from '../setup/electron-setup.mjs'
import { log } from '../setup/log.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const program = hasDisplay() ? await ensureElectron(root) : null
if (program === null) log('Without Electron there is no hot reload: restart this command to see changes.')
const script =
  program === null
    ? [path.join(root, 'native/scripts/start.mjs')]
    : [path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--watch']
const child = spawn(process.execPath, [...script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.on('SIGINT', () => {}) // the child gets it too, and exits when it is done
child.on('exit', (code) => process.exit(code ?? 1))
