/** The script that starts every command: it passes on arguments, exit code, signals and stdout. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const bootstrap = fileURLToPath(new URL('../../native/bootstrap.mjs', import.meta.url))
const env = { ...process.env, STET_RUNTIME: 'wasm' }
const scratch = mkdtempSync(path.join(os.tmpdir(), 'stet-bootstrap-'))
after(() => rmSync(scratch, { recursive: true }))

function script(name: string, text: string): string {
  const file = path.join(scratch, name)
  writeFileSync(file, text)
  return file
}

function start(args: string[], extraEnv: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [bootstrap, ...args], { env: { ...env, ...extraEnv }, encoding: 'utf8' })
}

test('a TypeScript script gets its arguments, and stdout has only its output', () => {
  const file = script(
    'print.ts',
    'const args: string[] = process.argv.slice(2)\nconsole.log(JSON.stringify(args))',
  )
  const { status, stdout } = start([file, '--json', 'two words', ''])
  assert.equal(stdout, '["--json","two words",""]\n')
  assert.equal(status, 0)
})

test('the script’s exit code is passed on', () => {
  assert.equal(start([script('exit.ts', 'process.exit(7)')]).status, 7)
})

test('a signal is passed to the script, which may handle it', async () => {
  const file = script(
    'term.ts',
    `process.on('SIGTERM', () => process.exit(9))\nsetInterval(() => {}, 1000)\nconsole.log('ready')`,
  )
  const child = spawn(process.execPath, [bootstrap, file], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [9, null])
})

test('a script that is killed by a signal is reported as such', async () => {
  const file = script('die.ts', `setInterval(() => {}, 1000)\nconsole.log('ready')`)
  const child = spawn(process.execPath, [bootstrap, file], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM'])
})

test('a user’s mistake is one line on stderr, without a stack trace', () => {
  const { status, stdout, stderr } = start([script('never.ts', '')], { STET_RUNTIME: 'gpu' })
  assert.equal(
    stderr,
    'stet: STET_RUNTIME is “gpu”, but only “wasm” is allowed. Set it to that, or unset it.\n',
  )
  assert.deepEqual([status, stdout], [1, ''])
})
