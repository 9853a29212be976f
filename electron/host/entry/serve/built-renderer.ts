/** The built renderer. In a clone it is built if it is missing or older than its sources; a built Stet includes it. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../../contract/errors.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
/** The build also makes the desktop app, whose sources are all of electron/. */
const sources = ['renderer', 'electron', 'electron.vite.config.ts', 'package-lock.json']

/**
 * @param onNote receives a sentence before a build starts
 * @returns the folder with index.html
 * @throws UserError `unavailable` if the build fails
 */
export async function builtRenderer(onNote: (sentence: string) => void): Promise<string> {
  const isBuilt = path.extname(import.meta.filename) === '.js' // then the root is out/app
  if (isBuilt) return path.resolve(root, '../renderer')
  const folder = path.join(root, 'out/renderer')
  const index = path.join(folder, 'index.html')
  if (existsSync(index) && statSync(index).mtimeMs >= newestSource()) return folder
  onNote('Building the web UI (about 10 s)…')
  await build()
  return folder
}

function newestSource(): number {
  return Math.max(...sources.map((name) => newestIn(path.join(root, name))))
}

function newestIn(file: string): number {
  const stat = statSync(file)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newestIn(path.join(file, name))))
}

function build(): Promise<void> {
  const script = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const child = spawn(process.execPath, [script, 'build', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) return resolve()
      const lastLines = output.trim().split('\n').slice(-5).join(' ')
      reject(new UserError('unavailable', `The web UI could not be built: ${lastLines}`))
    })
  })
}
