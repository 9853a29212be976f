/** `npm start`: opens the desktop app; if Electron is not available, the web UI in a browser through `stet serve`. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ensureElectron, hasDisplay } from '../setup/electron-setup.mjs'
import { log, SetupError } from '../setup/log.mjs'
import { run } from '../setup/processes.mjs'

const root = path.resolve(import.meta.dirname, '../..')

/** @param {string[]} args such as a project's folder */
async function main(args) {
  const program = hasDisplay() ? await ensureElectron(root) : null
  if (program === null) return openInBrowser(args)
  await build()
  // Chromium does not run as root with its sandbox.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  exitWith(spawn(program, [root, ...asRoot, ...args], { stdio: 'inherit' }))
}

async function build() {
  const script = path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { ok, output } = await run(process.execPath, [script, 'build', '--logLevel', 'error'], { cwd: root })
  if (!ok) throw new SetupError(`The app could not be built: ${output.trim()}`)
}

/** @param {string[]} args */
function openInBrowser(args) {
  if (!hasDisplay()) log('There is no display to open a window on.')
  log('Opening the web UI with "stet serve" instead.')
  const cli = path.join(root, 'electron/host/entry/cli/main.ts')
  const flags = ['--disable-warning=ExperimentalWarning', cli, 'serve', '--json', ...args]
  const child = spawn(process.execPath, flags, { stdio: ['inherit', 'pipe', 'inherit'] })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { url, error } = JSON.parse(line)
    if (error) return
    process.stdout.write(`Stet is running at ${url}\nPress Ctrl-C to stop it.\n`)
    if (hasDisplay()) showInBrowser(url)
  })
  exitWith(child)
}

/** @param {string} url */
function showInBrowser(url) {
  const openers = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }
  const [opener = 'xdg-open', ...args] = Reflect.get(openers, process.platform) ?? ['xdg-open']
  spawn(opener, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

/**
 * Forwards signals to a child, and exits with its exit code.
 * @param {import('node:child_process').ChildProcess} child
 */
function exitWith(child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  log(error.message)
  process.exitCode = 1
}
