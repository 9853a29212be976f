/** Runs a script whose disk fails: compiles failing-disk.c and preloads it. On Linux with a C compiler only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const compiler = ['cc', 'gcc', 'clang'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
)

/** Why no disk can be made to fail here; false if it can. */
export const cannotFail: string | false =
  process.platform !== 'linux'
    ? 'writes are made to fail by LD_PRELOAD, on Linux only'
    : compiler === undefined
      ? 'there is no C compiler'
      : false

export interface Fault {
  /** Files under it fail. */
  folder: string
  /** The first call that fails, from 1; all later ones fail as well, while the file `FOLDER.armed` exists. */
  after: number
  error: 'ENOSPC' | 'EIO' | 'EROFS'
}

let library: string | null = null

function compiled(): string {
  if (library !== null) return library
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-failing-disk-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  library = path.join(folder, 'failing-disk.so')
  const source = path.join(import.meta.dirname, 'failing-disk.c')
  execFileSync(compiler!, ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'])
  return library
}

/** @returns the JSON that the script prints on its last line */
export function runWithFault(script: string, args: string[], { folder, after, error }: Fault): unknown {
  const armed = `${folder}.armed`
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      ...process.env,
      LD_PRELOAD: compiled(),
      FAULT_FOLDER: `${folder}${path.sep}`,
      FAULT_ARMED: armed,
      FAULT_AFTER: String(after),
      FAULT_ERRNO: String(os.constants.errno[error as keyof typeof os.constants.errno]),
      NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../.stet/compile-cache'),
    },
  })
  rmSync(armed, { force: true })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (status !== 0 || last === '') throw new Error(`${script} ended with ${status ?? signal}: ${stderr}`)
  return JSON.parse(last)
}
