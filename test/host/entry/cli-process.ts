/** Runs the command line as a user does: in a separate process, in a temporary folder. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const cli = path.resolve(import.meta.dirname, '../../../electron/host/entry/cli/main.ts')

/** Halves the time that each process takes to start. */
const compileCache = path.resolve(import.meta.dirname, '../../../.stet/compile-cache')

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** A folder for one test file, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-test-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @param onOutput receives the output as it is written, and a way to send a signal */
export function stetIn(
  cwd: string,
  args: string[],
  onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, STET_RUNTIME: 'wasm', NODE_COMPILE_CACHE: compileCache },
  })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      outcome[stream] += text
      onOutput(text, (signal) => child.kill(signal))
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...outcome, code }))
  })
}

/** The one JSON document on stdout. */
export function jsonOf({ stdout }: Outcome): unknown {
  assert.equal(stdout.trimEnd().split('\n').length, 1, `stdout is not one line:\n${stdout}`)
  return JSON.parse(stdout)
}

/** Asserts a mistake of the user: its exit code, its sentence, and no stack. */
export function assertMistake(outcome: Outcome, code: number, sentence: RegExp): void {
  assert.match(outcome.stderr, sentence)
  assert.doesNotMatch(outcome.stderr, /\n\s+at |node:internal|\.ts:\d/)
  assert.equal(outcome.code, code)
}

export function writeRows(file: string, rows: object[]): string {
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}
