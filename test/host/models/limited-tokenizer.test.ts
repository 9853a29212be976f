/** A tokenizer from outside that never ends is stopped, by name, and the host answers others meanwhile. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { loadTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { LimitedTokenizer } from '../../../electron/host/models/limited-tokenizer.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../golden/llama-tied')
const limits = { baseMs: 2500, perMillionMs: 60_000, memoryMiB: 400 }
const never = '(a+)+$'
const hard = `${'a'.repeat(40)}!`

/** A model folder with parts of its tokenizer replaced. */
function hostile(name: string, definition: object, config: object = {}): string {
  const model = path.join(folder, name)
  cpSync(golden, model, { recursive: true })
  const change = (file: string, parts: object) => {
    const at = path.join(model, file)
    writeFileSync(at, JSON.stringify({ ...JSON.parse(readFileSync(at, 'utf8')), ...parts }))
  }
  change('tokenizer.json', definition)
  change('tokenizer_config.json', config)
  return model
}

/** How long the event loop was blocked at most. */
async function longestBlock(work: Promise<unknown>): Promise<number> {
  let longest = 0
  let isDone = false
  const watched = (async () => {
    for (let last = performance.now(); !isDone; ) {
      await wait(10)
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  })()
  await work.finally(() => {
    isDone = true
  })
  await watched
  return longest
}

const pattern = { Regex: never }
const ranges =
  '{% for i in range(100000) %}{% for j in range(100000) %}{% for k in range(100000) %}{% endfor %}{% endfor %}{% endfor %}'
const split = { type: 'Split', pattern, behavior: 'Isolated', invert: false }
const cases: [name: string, stage: RegExp, definition: object, config: object][] = [
  ['pattern', /"pre_tokenizer"/, { pre_tokenizer: split }, {}],
  ['normalizer', /"normalizer"/, { normalizer: { type: 'Replace', pattern, content: 'b' } }, {}],
  ['template', /"chat_template"/, {}, { chat_template: ranges }],
]

for (const [name, stage, definition, config] of cases)
  test(`a ${name} that never ends is stopped and named, and the host answers others meanwhile`, async () => {
    const model = hostile(name, definition, config)
    const tokenizer = new LimitedTokenizer(model, limits)
    const asked =
      name === 'template'
        ? tokenizer.encodeChats([[{ role: 'user', content: 'Hi' }]])
        : tokenizer.encodeWithOffsets(hard)
    const began = performance.now()
    const refused = assert.rejects(asked, (error: Error & { code: string }) => {
      assert.equal(error.code, 'bad_input')
      assert.ok(error.message.startsWith(`${model}: `), error.message)
      assert.match(error.message, stage)
      assert.match(error.message, /more than 3 s for \d+ characters, so it was stopped/)
      return true
    })
    const blocked = await longestBlock(refused)
    assert.ok(performance.now() - began < 8000)
    assert.ok(blocked < 1000, `the host was blocked for ${Math.round(blocked)} ms`)
    if (name === 'pattern')
      assert.deepEqual((await tokenizer.encodeWithOffsets('b')).offsets, [[0, 1]], 'other texts still work')
  })

test('a template that needs all memory is stopped, and the host is not', async () => {
  const growing = '{% for i in range(100000000) %}{% endfor %}'
  const model = hostile('growing', {}, { chat_template: growing })
  const tokenizer = new LimitedTokenizer(model, { ...limits, baseMs: 60_000 })
  const asked = tokenizer.encodeChats([[{ role: 'user', content: 'Hi' }]])
  await assert.rejects(asked, {
    code: 'bad_input',
    message: /"chat_template" of its tokenizer needs more than 400 MiB/,
  })
})

test('an intact tokenizer gives the same ids in its process', async () => {
  const here = loadTokenizer(golden)
  const there = new LimitedTokenizer(golden)
  const text = 'The cat, naïve 🙂.'
  assert.deepEqual(await there.encodeWithOffsets(text), here.encodeWithOffsets(text))
  assert.equal(await there.hash(), here.hash)
  const chat = [{ role: 'user' as const, content: text }]
  assert.deepEqual(await there.encodeChats([chat]), [here.encodeChat(chat, { addGenerationPrompt: true })])
  there.close()
  assert.deepEqual(await there.encodeWithOffsets(text), here.encodeWithOffsets(text), 'also in the next one')
})

test('a definition that cannot be used is refused with its own sentence', async () => {
  const broken = hostile('broken', { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' } } })
  await assert.rejects(new LimitedTokenizer(broken).encodeWithOffsets('a'), {
    code: 'bad_input',
    message: /pre_tokenizer/,
  })
})
