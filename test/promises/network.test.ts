/** Without any network but the machine's own: nothing is missed, because nothing is asked for. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { count, isLong } from './count.ts'

const root = path.resolve(import.meta.dirname, '../..')
const cli = path.join(root, 'electron/host/entry/cli/main.ts')
const folder = temporaryFolder()

/** A network namespace in which only the loopback interface is up. */
const isolated = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"']
const isPossible = spawnSync('unshare', [...isolated, 'true']).status === 0

function inIsolation(args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('unshare', [...isolated, process.execPath, ...args], {
    cwd,
    // A test runner inside of another one would skip its files.
    env: { ...process.env, STET_RUNTIME: isLong ? undefined : 'wasm', NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

const skip = isPossible ? false : 'needs unshare and ip, and the right to a network namespace'

test('commands of the whole pipeline work without a network', { skip }, async () => {
  const outside = ['-e', "fetch('http://198.51.100.1').then(() => process.exit(0), () => process.exit(9))"]
  assert.equal((await inIsolation(outside, folder)).code, 9, 'the namespace has no way out')
  const short = [
    '--batch-size',
    '8',
    '--max-steps',
    '2',
    '--max-query-tokens',
    '64',
    '--max-response-tokens',
    '64',
  ]
  const commands = [
    ['sample', 'p.stet', '--demonstrations', '40', '--pairs', '40'],
    [
      'train',
      'sft',
      'p.stet',
      'world',
      '--name',
      'base',
      '--datasets',
      'demonstrations',
      ...short,
      '--kl-samples',
      '0',
    ],
    ['label', 'p.stet', '--tokenizer', 'base'],
    [
      'judge',
      'p.stet',
      'base',
      'base',
      '--judge',
      'length:shorter',
      '--heldout',
      '0.5',
      '--prompts',
      '4',
      '--max-new',
      '8',
    ],
    ['export', 'p.stet', '--out', 'all.jsonl'],
    ['doctor'],
  ]
  for (const command of commands) {
    const { code, output } = await inIsolation([cli, ...command], folder)
    assert.equal(code, 0, `stet ${command.join(' ')}\n${output}`)
  }
  count(
    'network',
    `${commands.length} commands from data to judging in a network namespace without a way out`,
  )
})

if (isLong)
  test('the browser tests pass without a network', { skip }, async () => {
    const { code, output } = await inIsolation(['test/e2e/run.ts'], root)
    const closing = output.trimEnd().split('\n').at(-1)!
    assert.equal(code, 0, output.slice(-3000))
    count('network', `all browser tests in the same namespace: ${closing}`)
  })
