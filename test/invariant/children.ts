/** Runs a script of this folder in a separate process: for a second runtime, or for a run that is killed. */
import { spawn } from 'node:child_process'
import path from 'node:path'

export interface ChildEnd {
  output: string
  /** The signal that killed it; null if it exited. */
  signal: NodeJS.Signals | null
}

/**
 * @param script file name in this folder
 * @throws Error with its stderr if it fails
 */
export function runChild(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<ChildEnd> {
  const file = path.join(import.meta.dirname, script)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.on('close', (code, signal) => (code ? reject(new Error(errors)) : resolve({ output, signal })))
  })
}
