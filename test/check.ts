/**
 * Everything that can be checked without running the program: types, lint and format, imports, what the docs name. In CI
 * also that the compiled runtime is in use, since the tests prove little about it otherwise.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { locateRuntime } from '../electron/engine/runtime/locate.ts'

const root = path.resolve(import.meta.dirname, '..')
const modules = path.join(root, 'node_modules')

/** Each a script for Node, with its arguments. */
const checks: [name: string, ...command: string[]][] = [
  ['types', path.join(modules, 'typescript/bin/tsc'), '-p', '.'],
  ['types of the renderer', path.join(modules, 'typescript/bin/tsc'), '-p', 'renderer'],
  ['types of the browser tests', path.join(modules, 'typescript/bin/tsc'), '-p', 'test/e2e'],
  ['lint and format', path.join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
  ['imports and docs', 'test/run.ts', 'test/architecture.test.ts', 'test/docs/'],
]

function passes([name, ...command]: (typeof checks)[number]): boolean {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}  ${seconds} s`)
  if (status !== 0) console.log(stdout + stderr)
  return status === 0
}

/** In CI the fallback is a failure: it would let the compiled runtime break unnoticed. */
function compiledRuntimeIsThere(): boolean {
  const runtime = locateRuntime()
  if (runtime.kind === 'tensorflow' || process.env.CI !== 'true') return true
  console.log(
    `FAIL runtime\nCI demands the compiled runtime, and this is the embedded one: ${runtime.reason}`,
  )
  return false
}

const results = [...checks.map(passes), compiledRuntimeIsThere()]
process.exit(results.every(Boolean) ? 0 : 1)
