/** `npm run dev`: the app with hot reload; where Electron can't be had, the page as it is now by `npm start`. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { ensureElectron, hasDisplay } from '../setup/electron-setup.mjs'
import { say } from '../setup/log.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const program = hasDisplay() ? await ensureElectron(root) : null
if (program === null) say('Without Electron nothing reloads by itself: start this again to see a change.')
const script =
  program === null
    ? [path.join(root, 'native/scripts/start.mjs')]
    : [path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--watch']
const child = spawn(process.execPath, [...script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.on('SIGINT', () => {}) // the child gets it too, and says when it is done
child.on('exit', (code) => process.exit(code ?? 1))
