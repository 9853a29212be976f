/** A served model's template and patterns are stopped when they never end, by name; others give what they always give. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { byteLevelTokenizer, loadTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import { createTokenizer } from '../../../../electron/engine/tokenizer/tokenizer.ts'
import { guardedTokenizer } from '../../../../electron/host/models/serve/guarded-tokenizer.ts'

const chat = [{ role: 'user' as const, content: 'Hi there' }]
const options = { addGenerationPrompt: true }

test('a template that never ends is stopped with the file and the key', () => {
  const { files } = byteLevelTokenizer(['Hi'])
  const ranges = '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'
  const endless = createTokenizer({ ...files, config: { ...files.config, chat_template: ranges } })
  const tokenizer = guardedTokenizer(endless, '/models/endless')
  const message =
    /^\/models\/endless: "chat_template" of its tokenizer needs more than 3 s for 8 characters, so it was stopped/
  const began = performance.now()
  assert.throws(() => tokenizer.encodeChat(chat, options), { code: 'bad_input', message })
  assert.throws(() => tokenizer.withVariables({ a: 1 }).encodeChat(chat, options), { message })
  assert.ok(performance.now() - began < 15_000)
  assert.deepEqual(tokenizer.encode('Hi'), endless.encode('Hi'), 'the rest still works')
})

test('an intact tokenizer gives what it gives without a limit', () => {
  const plain = loadTokenizer(path.resolve(import.meta.dirname, '../../../golden/llama-tied'))
  const tokenizer = guardedTokenizer(plain, 'model')
  const ids = plain.encodeChat(chat, options)
  assert.deepEqual(tokenizer.encodeChat(chat, options), ids)
  assert.deepEqual(tokenizer.encodeWithOffsets('Hi there'), plain.encodeWithOffsets('Hi there'))
  assert.equal(tokenizer.decode(ids), plain.decode(ids))
  assert.equal(tokenizer.eosId, plain.eosId)
  assert.deepEqual(tokenizer.prefixIds, plain.prefixIds)
})
