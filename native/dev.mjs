/** `npm run dev`: the app with hot reload; where Electron can't be had, the page as it is now by `npm start`. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureElectron, hasDisplay } from './electron-setup.mjs'
import { say } from './say.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const program = hasDisplay() ? await ensureElectron(root) : null
if (program === null) say('Without Electron nothing reloads by itself: start this again to see a change.')
const script =
  program === null
    ? [path.join(root, 'native', 'start.mjs')]
    : [path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--watch']
const child = spawn(process.execPath, [...script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.on('SIGINT', () => {}) // the child gets it too, and says when it is done
child.on('exit', (code) => process.exit(code ?? 1))
