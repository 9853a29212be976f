import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../../electron/engine/formats/gguf.ts'
import { loadTokenizer, openTokenizer, tokenizerFromGguf } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { realModelOrSkip } from '../../real-model.ts'
import { type GoldenKind, goldenTokenizer, type JsonObject, openGolden } from './golden-tokenizers.ts'

const normal = 1
const control = 3
const userDefined = 4

/** The metadata of a GGUF file with a golden byte-level tokenizer. */
function byteLevelMetadata(kind: GoldenKind, pre: string): Map<string, unknown> {
  const { definition, config } = goldenTokenizer(kind)
  const model = definition.model as { vocab: Record<string, number>; merges: [string, string][] }
  const added = definition.added_tokens as { id: number; content: string; special: boolean }[]
  const tokens: string[] = []
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token
  const types = tokens.map(() => normal)
  for (const { id, content, special } of added) {
    tokens[id] = content
    types[id] = special ? control : userDefined
  }
  return new Map<string, unknown>([
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.pre', pre],
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', types],
    ['tokenizer.ggml.merges', model.merges.map((pair) => pair.join(' '))],
    ['tokenizer.ggml.eos_token_id', tokens.indexOf(config.eos_token as string)],
    ['tokenizer.chat_template', config.chat_template],
  ])
}

interface GoldenSentencePiece {
  pieces: { piece: string; score: number; type: number }[]
  cases: { text: string; ids: number[] }[]
}

function sentencePieceMetadata({ pieces }: GoldenSentencePiece): Map<string, unknown> {
  return new Map<string, unknown>([
    ['tokenizer.ggml.model', 'llama'],
    ['tokenizer.ggml.tokens', pieces.map(({ piece }) => piece)],
    ['tokenizer.ggml.scores', pieces.map(({ score }) => score)],
    ['tokenizer.ggml.token_type', pieces.map(({ type }) => type)],
    ['tokenizer.ggml.unknown_token_id', 0],
    ['tokenizer.ggml.bos_token_id', 1],
    ['tokenizer.ggml.eos_token_id', 2],
  ])
}

for (const [kind, pre] of [
  ['gpt2', 'gpt-2'],
  ['smollm', 'smollm'],
  ['llama3', 'llama-bpe'],
  ['qwen2', 'qwen2'],
] as const) {
  test(`"${pre}" gives the ids of the same tokenizer in a folder`, () => {
    const tokenizer = tokenizerFromGguf(byteLevelMetadata(kind, pre), 'test.gguf')
    const { cases, chats } = goldenTokenizer(kind)
    // A GGUF file doesn't say whether an added token includes white space or is searched for in normalised text.
    for (const { text, ids } of cases.filter((each) => !/\[MASK\]|m\u0301al/.test(each.text))) {
      assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
    }
    // This template begins with the begin token, which is missing in this metadata.
    for (const { messages, addGenerationPrompt, ids } of kind === 'llama3' ? [] : chats) {
      assert.deepEqual(tokenizer.encodeChat(messages, { addGenerationPrompt }), ids)
    }
  })
}

test('a SentencePiece model gives the ids of SentencePiece, and the offsets of its converted form', () => {
  const golden = readGolden<GoldenSentencePiece>('tokenizer/sentencepiece.json')
  const tokenizer = tokenizerFromGguf(sentencePieceMetadata(golden), 'test.gguf')
  const converted = openGolden('llama2')
  for (const { text, ids } of golden.cases) {
    assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
    assert.deepEqual(tokenizer.encodeWithOffsets(text), converted.encodeWithOffsets(text))
  }
  assert.deepEqual([tokenizer.bosId, tokenizer.eosId, tokenizer.padId, tokenizer.vocabSize], [1, 2, 2, 420])
})

test('a text begins with the begin token as the file says, or else as llama.cpp assumes', () => {
  const prefix = (metadata: Map<string, unknown>, adds?: boolean) => {
    if (adds !== undefined) metadata.set('tokenizer.ggml.add_bos_token', adds)
    metadata.set('tokenizer.ggml.bos_token_id', 1)
    return tokenizerFromGguf(metadata, 'm.gguf').prefixIds
  }
  const sentencePiece = () => sentencePieceMetadata(readGolden('tokenizer/sentencepiece.json'))
  assert.deepEqual(prefix(sentencePiece()), [1])
  assert.deepEqual(prefix(sentencePiece(), false), [])
  assert.deepEqual(prefix(byteLevelMetadata('llama3', 'llama-bpe')), [1])
  assert.deepEqual(prefix(byteLevelMetadata('smollm', 'smollm')), [])
  assert.deepEqual(prefix(byteLevelMetadata('smollm', 'smollm'), true), [1])
})

test('a SentencePiece model without the prefix space neither adds nor strips one', () => {
  const golden = readGolden<GoldenSentencePiece>('tokenizer/sentencepiece.json')
  const metadata = sentencePieceMetadata(golden).set('tokenizer.ggml.add_space_prefix', false)
  const tokenizer = tokenizerFromGguf(metadata, 'test.gguf')
  assert.equal(tokenizer.pieceOf(tokenizer.encode('word')[0]!)[0], 'w')
  assert.equal(tokenizer.decode(tokenizer.encode(' word')), ' word')
})

test("a model's GGUF file and its folder have the same tokenizer", () => {
  const golden = path.resolve(import.meta.dirname, '../../golden')
  const file = path.join(golden, 'llama-tied.gguf')
  const fromFile = openTokenizer({ kind: 'gguf', file, metadata: openGguf(file).metadata })
  const fromFolder = loadTokenizer(path.join(golden, 'llama-tied'))
  const messages = [{ role: 'user', content: 'the cat sat on a mat' } as const]
  const ask = { addGenerationPrompt: true }
  assert.deepEqual(fromFile.encodeChat(messages, ask), fromFolder.encodeChat(messages, ask))
  assert.equal(fromFile.vocabSize, fromFolder.vocabSize)
})

test('SmolLM2 gives the ids that llama.cpp and transformers give', async (t) => {
  const file = await realModelOrSkip(t)
  if (file === null) return
  const tokenizer = tokenizerFromGguf(openGguf(file).metadata, file)
  const golden = readGolden<{
    messages: []
    promptIds: number[]
    tokenized: { text: string; ids: number[] }[]
  }>('smollm2.json')
  assert.deepEqual(tokenizer.encodeChat(golden.messages, { addGenerationPrompt: true }), golden.promptIds)
  for (const { text, ids } of golden.tokenized) assert.deepEqual(tokenizer.encode(text), ids)
})

test('missing or unsupported metadata is named with its key', () => {
  const refused = (changes: JsonObject, message: RegExp) => {
    const metadata = byteLevelMetadata('gpt2', 'gpt-2')
    for (const [key, value] of Object.entries(changes)) metadata.set(`tokenizer.ggml.${key}`, value)
    assert.throws(() => tokenizerFromGguf(metadata, 'test.gguf'), { name: 'UserError', message })
  }
  refused({ model: 'bert' }, /test\.gguf: "tokenizer\.ggml\.model" is "bert"; only "gpt2"/)
  refused({ pre: 'toString' }, /"tokenizer\.ggml\.pre" is "toString"; only gpt-2/)
  refused({ pre: undefined }, /"tokenizer\.ggml\.pre" is missing/)
  refused({ merges: undefined }, /"tokenizer\.ggml\.merges" is missing; it must be a list/)
  refused({ tokens: 5 }, /"tokenizer\.ggml\.tokens" is 5; it must be a list/)
  refused({ eos_token_id: undefined }, /"tokenizer\.ggml\.eos_token_id" is missing/)
  refused({ eos_token_id: 1e6 }, /"tokenizer\.ggml\.eos_token_id" is 1000000; there are 420 tokens/)
})
