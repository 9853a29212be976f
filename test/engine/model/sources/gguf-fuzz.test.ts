import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../../electron/contract/errors.ts'
import { ggufTypeNumber, openGguf } from '../../../../electron/engine/formats/gguf.ts'
import { numberFormats } from '../../../../electron/engine/formats/number-formats.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import { openTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import {
  type GgufEntry,
  ggufArray,
  ggufBytes,
  ggufString,
  temporaryFolder,
  uint32,
} from '../../formats/weight-bytes.ts'

const folder = temporaryFolder()
/** Rows of quantised matrices are whole blocks of 256. */
const size = 256
const tokens = ['<|end|>', 'a', 'b', 'c', 'ab', 'Ġ', 'Ġa', '!']

const layer: [name: string, type: keyof typeof numberFormats, rows: number][] = [
  ['attn_norm', 'F32', 1],
  ['attn_q', 'Q4_K', size],
  ['attn_k', 'Q3_K', size],
  ['attn_v', 'Q6_K', size],
  ['attn_output', 'Q5_K', size],
  ['ffn_norm', 'F32', 1],
  ['ffn_gate', 'Q2_K', size],
  ['ffn_up', 'IQ4_XS', size],
  ['ffn_down', 'Q5_1', size],
]
const all: typeof layer = [
  ['token_embd', 'Q6_K', tokens.length],
  ...layer.map(([name, type, rows]): (typeof layer)[number] => [`blk.0.${name}`, type, rows]),
  ['output_norm', 'F32', 1],
  ['output', 'IQ4_NL', tokens.length],
]

function entries(): GgufEntry[] {
  const text = (key: string, value: string) => ({ key, type: 8, value: ggufString(value) })
  const count = (key: string, value: number) => ({ key: `llama.${key}`, type: 4, value: uint32(value) })
  const epsilon = Buffer.alloc(4)
  epsilon.writeFloatLE(1e-5)
  return [
    text('general.architecture', 'llama'),
    count('block_count', 1),
    count('context_length', 32),
    count('embedding_length', size),
    count('feed_forward_length', size),
    count('attention.head_count', 4),
    { key: 'llama.attention.layer_norm_rms_epsilon', type: 6, value: epsilon },
    text('tokenizer.ggml.model', 'gpt2'),
    text('tokenizer.ggml.pre', 'llama-bpe'),
    { key: 'tokenizer.ggml.tokens', type: 9, value: ggufArray(8, tokens.map(ggufString)) },
    {
      key: 'tokenizer.ggml.token_type',
      type: 9,
      value: ggufArray(
        5,
        tokens.map((_, i) => uint32(i === 0 ? 3 : 1)),
      ),
    },
    { key: 'tokenizer.ggml.merges', type: 9, value: ggufArray(8, ['a b', 'Ġ a'].map(ggufString)) },
    { key: 'tokenizer.ggml.eos_token_id', type: 4, value: uint32(0) },
  ]
}

/** A model with a matrix of every kind of super-block; scales are finite because no byte has its upper bits. */
function kQuantModel(): Buffer {
  let offset = 0
  const tensors = all.map(([name, type, rows]) => {
    const { blockSize, blockBytes } = numberFormats[type]
    const dimensions = rows === 1 ? [size] : [size, rows]
    const tensor = { name: `${name}.weight`, dimensions, type: ggufTypeNumber(type), offset }
    offset += Math.ceil(((size / blockSize) * blockBytes * rows) / 32) * 32
    return tensor
  })
  const data = Buffer.from(Array.from({ length: offset }, (_, i) => (i * 37 + (i >> 5)) & 0x3f))
  return ggufBytes({ entries: entries(), tensors, data })
}

function readEverything(file: string): void {
  const source = openModelSource(file)
  for (const name of source.parameters.shapes.keys()) source.parameters.read(name)
  openTokenizer(source.tokenizerSource).encode('ab a!')
}

test('mutants of a file with K-quants are read or refused in one sentence, without any other error', () => {
  const whole = kQuantModel()
  const file = path.join(folder, 'whole.gguf')
  writeFileSync(file, whole)
  readEverything(file)
  const headerEnd = openGguf(file).tensors.get('token_embd.weight')!.position
  const mutant = path.join(folder, 'mutant.gguf')
  const change = fc.record({
    at: fc.oneof(
      { weight: 3, arbitrary: fc.nat(headerEnd) },
      { weight: 1, arbitrary: fc.nat(whole.length - 1) },
    ),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  })
  const mutation = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 6 }),
    keep: fc.option(fc.nat(whole.length), { freq: 5 }),
  })
  const property = fc.property(mutation, ({ changes, keep }) => {
    const bytes = Buffer.from(whole.subarray(0, keep ?? whole.length))
    for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value
    writeFileSync(mutant, bytes)
    try {
      readEverything(mutant)
    } catch (error) {
      assert(error instanceof UserError, error instanceof Error ? error.stack : String(error))
      assert(error.message.includes('mutant.gguf'), error.message)
    }
  })
  fc.assert(property, { numRuns: 2000 })
})
