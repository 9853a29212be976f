/** The built page. In a clone it is built when it is missing or older than its sources; a packaged Stet brings it. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../../contract/errors.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const built = path.join(root, 'out/renderer')
const sources = ['renderer', 'electron/contract', 'electron.vite.config.ts', 'package-lock.json']

/** @returns the folder with index.html */
export async function builtPage(onNote: (sentence: string) => void): Promise<string> {
  const index = path.join(built, 'index.html')
  if (existsSync(index) && statSync(index).mtimeMs >= newestSource()) return built
  onNote('Building the page, about 10 s…')
  await build()
  return built
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
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else
        reject(
          new UserError(
            'unavailable',
            `The page could not be built: ${said.trim().split('\n').slice(-5).join(' ')}`,
          ),
        )
    })
  })
}
