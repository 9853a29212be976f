/** `stet serve-model` in a terminal: its address in one line of JSON, no lock on the project, and a clean end. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { assertMistake, stetIn, temporaryFolder } from './cli-process.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../golden/llama-tied')
const stet = (...args: string[]) => stetIn(folder, args)

test('it prints the address, leaves the project to other processes, and Ctrl-C ends it', async () => {
  await stet('init', 'p.stet')
  let seen = ''
  let asked: Promise<{ status: number; beside: number | null }> | null = null
  const ask = async (line: string) => {
    const { url, key, model } = JSON.parse(line) as { url: string; key: string; model: string }
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/v1$/)
    assert.match(key, /^sk-stet-.{32}$/)
    assert.equal(model, 'llama-tied')
    const { status } = await fetch(`${url}/models`, { headers: { Authorization: `Bearer ${key}` } })
    const beside = await stet('import', 'p.stet', path.resolve(import.meta.dirname, '../../../package.json'))
    return { status, beside: beside.code }
  }
  const args = ['serve-model', 'p.stet', golden, '--port', '0', '--json']
  const ended = await stetIn(folder, args, (text, kill) => {
    seen += text
    if (asked || !seen.includes('\n')) return
    asked = ask(seen.split('\n')[0]!).finally(() => kill('SIGINT'))
  })
  const { status, beside } = await asked!
  assert.equal(status, 200)
  assert.equal(beside, 2, 'the import failed because of its file, not because of a lock')
  assert.equal(ended.code, 0, ended.stderr)
  const [, result] = ended.stdout.trim().split('\n')
  assert.deepEqual(JSON.parse(result!), { model: 'llama-tied', requests: 1 })
})

test('a model that does not exist is a mistake, not a server', async () => {
  assertMistake(
    await stet('serve-model', 'p.stet', 'nothing'),
    2,
    /"nothing" is neither a model of this project nor a path/,
  )
  assertMistake(await stet('serve-model', 'absent.stet', golden), 2, /absent\.stet is not a Stet project/)
})
