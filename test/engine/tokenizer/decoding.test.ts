/** Unusual byte tokens, added tokens and decoders, against the tokenizers library (test/golden/make_decoding.py). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadTokenizer, type Tokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { type JsonObject, withFolder } from './golden-tokenizers.ts'

interface GoldenDecoding {
  definition: JsonObject
  config: JsonObject
  texts: { text: string; ids: number[]; offsets: [number, number][]; decoded: string }[]
  ids: { ids: number[]; decoded: string; withoutSpecial: string }[]
}

const kinds = [
  'gemma',
  'few_bytes',
  'few_bytes_unfused',
  'chatglm',
  'metaspace_always',
  'metaspace_never',
  'strips',
  'unigram_few_bytes',
  'byte_level_added',
  'composed',
] as const
type Kind = (typeof kinds)[number]

function open(kind: Kind): { tokenizer: Tokenizer; golden: GoldenDecoding } {
  const golden = readGolden<GoldenDecoding>(`decoding/${kind}.json`)
  const files = { 'tokenizer.json': golden.definition, 'tokenizer_config.json': golden.config }
  return { tokenizer: withFolder(files, loadTokenizer), golden }
}

/** Unigram finds special tokens of its vocabulary in any text, Stet never. */
const readsSpecial = (kind: Kind, text: string) => kind === 'unigram_few_bytes' && /<s>|<\/s>/.test(text)

for (const kind of kinds) {
  const { tokenizer, golden } = open(kind)

  test(`${kind}: ids of texts equal those of the tokenizers library`, () => {
    for (const { text, ids } of golden.texts) {
      if (!readsSpecial(kind, text)) assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
    }
  })

  test(`${kind}: texts and random ids decode as by the tokenizers library`, () => {
    for (const { ids, decoded } of [...golden.texts, ...golden.ids])
      assert.equal(tokenizer.decode(ids), decoded, String(ids))
    for (const { ids, withoutSpecial } of golden.ids)
      assert.equal(tokenizer.decode(ids, { skipSpecial: true }), withoutSpecial, String(ids))
  })

  test(`${kind}: offsets are in order and cover the text`, () => {
    for (const { text } of golden.texts) {
      let covered = 0
      for (const [start, end] of tokenizer.encodeWithOffsets(text).offsets) {
        assert.ok(start <= covered && end >= covered && start < end)
        covered = end
      }
      assert.equal(covered, text.length)
    }
  })
}

test('a byte without a token is unknown; other bytes are still byte tokens', () => {
  const { tokenizer, golden } = open('gemma')
  const { vocab } = golden.definition.model as { vocab: Record<string, number> }
  assert.equal(vocab['<0x09>'], undefined)
  assert.deepEqual(tokenizer.encode('\t\u01c5'), [vocab['\t'], vocab['<0xC7>'], vocab['<0x85>']])
})
