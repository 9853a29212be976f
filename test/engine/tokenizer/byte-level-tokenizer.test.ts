import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { goldenTokenizer } from './golden-tokenizers.ts'

const { words } = readGolden<{ words: string[] }>('tokenizer/words.json')

test('listed words are single tokens, as the tokenizers library splits them', () => {
  const tokenizer = byteLevelTokenizer(words)
  const { cases, chats, definition } = goldenTokenizer('words')
  for (const { text, ids } of cases) assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
  for (const { messages, addGenerationPrompt, ids } of chats) {
    assert.deepEqual(tokenizer.encodeChat(messages, { addGenerationPrompt }), ids)
  }
  assert.deepEqual(tokenizer.files.definition.model, definition.model)
})

test('a word is one token with and without a space, and may be listed with its space', () => {
  const tokenizer = byteLevelTokenizer(['Paris', ' is'])
  assert.deepEqual(tokenizer.encode('Paris is').map(tokenizer.pieceOf), ['Paris', ' is'])
  assert.deepEqual(tokenizer.encode(' Paris').map(tokenizer.pieceOf), [' Paris'])
})

test('any other text is encoded in bytes', () => {
  const tokenizer = byteLevelTokenizer(['Paris'])
  assert.equal(tokenizer.encode('Parisé').length, 7)
  assert.equal(tokenizer.decode(tokenizer.encode('Parisé <|end|>')), 'Parisé <|end|>')
})

test('the special tokens come first, then the bytes, then the words', () => {
  const tokenizer = byteLevelTokenizer(['word', 'word'])
  assert.deepEqual([tokenizer.padId, tokenizer.eosId, tokenizer.bosId], [0, 1, null])
  assert.deepEqual(tokenizer.encode('\u0000~'), [5, 5 + 0x7e])
  assert.equal(tokenizer.vocabSize, 5 + 256 + 2)
})

test('the same words give the same hash', () => {
  assert.equal(byteLevelTokenizer(['a b']).hash, byteLevelTokenizer(['a b']).hash)
  assert.notEqual(byteLevelTokenizer(['ab']).hash, byteLevelTokenizer(['ac']).hash)
})
