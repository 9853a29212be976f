import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenizerToGguf } from '../../../electron/engine/tokenizer/gguf-export.ts'
import {
  byteLevelTokenizer,
  type Tokenizer,
  tokenizerFromGguf,
} from '../../../electron/engine/tokenizer/index.ts'
import { type GoldenKind, goldenTokenizer, openGolden } from './golden-tokenizers.ts'

function exported(tokenizer: Tokenizer, vocabSize = tokenizer.vocabSize, eosIds = [tokenizer.eosId]) {
  const entries = tokenizerToGguf(tokenizer, { vocabSize, eosIds })
  return new Map<string, unknown>(Object.entries(entries).map(([key, { value }]) => [key, value]))
}

const written: [kind: GoldenKind, model: string, pre: string][] = [
  ['gpt2', 'gpt2', 'gpt-2'],
  ['smollm', 'gpt2', 'smollm'],
  ['llama3', 'gpt2', 'llama-bpe'],
  ['qwen2', 'gpt2', 'qwen2'],
  ['llama2', 'llama', 'default'],
]

for (const [kind, model, pre] of written) {
  test(`${kind} written as ${pre} gives the golden ids when it is read back`, () => {
    const tokenizer = openGolden(kind)
    const metadata = exported(tokenizer)
    assert.equal(metadata.get('tokenizer.ggml.model'), model)
    assert.equal(metadata.get('tokenizer.ggml.pre'), pre)
    const back = tokenizerFromGguf(metadata, 'test.gguf')
    const { cases, chats } = goldenTokenizer(kind)
    // A GGUF file doesn't say whether an added token includes white space or is searched for in normalised text.
    for (const { text, ids } of cases.filter((each) => !/\[MASK\]|m\u0301al/.test(each.text)))
      assert.deepEqual(back.encode(text), ids, JSON.stringify(text))
    for (const { messages, addGenerationPrompt, ids } of chats)
      assert.deepEqual(back.encodeChat(messages, { addGenerationPrompt }), ids)
    for (const key of ['eosId', 'bosId', 'padId', 'vocabSize'] as const)
      assert.equal(back[key], tokenizer[key], key)
  })
}

test('tokenizers that GGUF cannot express are refused with the reason', () => {
  const refused: [Tokenizer, RegExp][] = [
    [openGolden('unigram'), /it is not a BPE\. Export the model as a Hugging Face folder/],
    [openGolden('falcon'), /no way of splitting words/],
    [byteLevelTokenizer(['word']), /no way of splitting words/],
  ]
  for (const [tokenizer, message] of refused)
    assert.throws(() => exported(tokenizer), { name: 'UserError', message })
})

test('ids without a token, types of tokens, ends and the begin token are written as llama.cpp expects', () => {
  const tokenizer = openGolden('llama3')
  const size = tokenizer.vocabSize
  const metadata = exported(tokenizer, size + 2, [tokenizer.eosId, 3, 4, 5])
  const get = (key: string) => metadata.get(`tokenizer.ggml.${key}`)
  const tokens = get('tokens') as string[]
  assert.deepEqual(tokens.slice(size), [`[PAD${size}]`, `[PAD${size + 1}]`])
  const types = get('token_type') as number[]
  assert.deepEqual(types.slice(size), [5, 5])
  assert.equal(types[tokenizer.eosId], 3)
  assert.equal(types[tokens.indexOf('a')], 1)
  assert.deepEqual([get('eos_token_id'), get('eot_token_id'), get('eom_token_id')], [tokenizer.eosId, 3, 4])
  assert.equal(get('bos_token_id'), tokenizer.bosId ?? undefined)
  const byte = exported(openGolden('llama2'))
  const at = (byte.get('tokenizer.ggml.tokens') as string[]).indexOf('<0x0A>')
  assert.equal((byte.get('tokenizer.ggml.token_type') as number[])[at], 6)
})
