/** `npm start [PROJECT]`: the app in its own window; where Electron's binary is missing, the same page in a browser. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** @returns {string | null} Electron's binary, where it has been fetched */
function electronBinary() {
  const folder = path.join(root, 'node_modules/electron')
  try {
    const name = readFileSync(path.join(folder, 'path.txt'), 'utf8')
    const binary = path.join(folder, 'dist', name)
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
  const passOn = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
  process.on('SIGTERM', passOn)
  // A terminal sends its Ctrl-C to both; this process waits for the other's orderly end.
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

const args = process.argv.slice(2)
const binary = electronBinary()
if (binary === null) {
  console.log(
    "Electron's binary is not in this clone (fetch it with: npx install-electron). The same page opens in a browser:",
  )
  process.exit(await run(process.execPath, ['electron/host/cli.ts', 'serve', ...args]))
}
const builder = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js')
const built = await run(process.execPath, [builder, 'build', '--logLevel', 'error'])
process.exit(built === 0 ? await run(binary, [root, ...args]) : built)
