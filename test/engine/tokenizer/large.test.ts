/** A tokenizer of 262,144 tokens, as large as Gemma 3's, made by the rule of test/golden/make_decoding.py. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { loadTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { withFolder } from './golden-tokenizers.ts'

interface GoldenLarge {
  /** Of the definition as JSON without white space. */
  sha256: string
  tokens: number
  merges: number
  cases: { text: string; ids: number[] }[]
}

const characters = '▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.'
const specials = ['<pad>', '<eos>', '<bos>', '<unk>']

function largeVocabulary(): { tokens: string[]; merges: [string, string][] } {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
  const byteTokens = bytes.filter((byte) => byte !== '09' && byte !== '0A').map((byte) => `<0x${byte}>`)
  const tokens = [...specials, ...byteTokens, '\t', '\n', ...characters]
  const merges: [string, string][] = []
  for (const left of characters) {
    for (const right of characters) {
      tokens.push(left + right)
      merges.push([left, right])
    }
  }
  for (let i = 0; tokens.length < 262_144; i++) {
    const number = (i * 40_503) % 262_144
    const [first, second, third] = [number >> 12, (number >> 6) % 64, number % 64].map((n) => characters[n]!)
    tokens.push(first! + second! + third!)
    merges.push([first! + second!, third!], [first!, second! + third!])
  }
  return { tokens, merges }
}

/** As tokenizer.json has it, without white space. */
function largeDefinition(): string {
  const { tokens, merges } = largeVocabulary()
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const decoders = [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ]
  const definition = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({ id, content, ...flags })),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Sequence', decoders },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: 'VOCABULARY',
      merges,
    },
  }
  return JSON.stringify(definition).replace('"VOCABULARY"', () => vocabularyJson(tokens))
}

/** Written by hand, because an object would put the tokens "0" to "99" first. */
function vocabularyJson(tokens: readonly string[]): string {
  return `{${tokens.map((token, id) => `${JSON.stringify(token)}:${id}`).join(',')}}`
}

test('a tokenizer of 262,144 tokens loads in time and splits as the tokenizers library does', () => {
  const golden = readGolden<GoldenLarge>('decoding/large.json')
  const json = largeDefinition()
  assert.equal(createHash('sha256').update(json).digest('hex'), golden.sha256)
  const config = { eos_token: '<eos>', bos_token: '<bos>' }
  withFolder({ 'tokenizer.json': json, 'tokenizer_config.json': config }, (folder) => {
    const before = process.cpuUsage()
    const tokenizer = loadTokenizer(folder)
    const { user, system } = process.cpuUsage(before)
    assert.equal(tokenizer.vocabSize, golden.tokens)
    // Processor time: 1.4 s, measured beside other work on 2 cores. It took 4 to 14 s when every merge was a text.
    assert.ok((user + system) / 1e6 < 6, `loading took ${(user + system) / 1e6} s`)
    for (const { text, ids } of golden.cases) assert.deepEqual(tokenizer.encode(text), ids)
  })
})
