/** A tiny Llama in a GGUF file with a matrix of every kind of quantised block, made without the product's writer. */
import { ggufTypeNumber } from '../../../electron/engine/formats/gguf.ts'
import { numberFormats } from '../../../electron/engine/formats/number-formats.ts'
import { type GgufEntry, ggufArray, ggufBytes, ggufString, uint32 } from '../formats/weight-bytes.ts'

/** Rows of quantised matrices are whole blocks of 256. */
const size = 256
const tokens = ['<|end|>', 'a', 'b', 'c', 'ab', 'Ġ', 'Ġa', '!']

type Format = keyof typeof numberFormats

const linearTypes = {
  attn_q: 'Q4_K',
  attn_k: 'Q3_K',
  attn_v: 'Q6_K',
  attn_output: 'Q5_K',
  ffn_gate: 'Q2_K',
  ffn_up: 'IQ4_XS',
  ffn_down: 'Q5_1',
} satisfies Record<string, Format>

/** Where scales and minima of float16 begin in a block. */
const halves: Partial<Record<Format, number[]>> = {
  Q4_0: [0],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q8_0: [0],
  Q2_K: [80, 82],
  Q3_K: [108],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
  IQ4_XS: [0],
  IQ4_NL: [0],
}

function entries(): GgufEntry[] {
  const text = (key: string, value: string) => ({ key, type: 8, value: ggufString(value) })
  const count = (key: string, value: number) => ({ key: `llama.${key}`, type: 4, value: uint32(value) })
  const epsilon = Buffer.alloc(4)
  epsilon.writeFloatLE(1e-5)
  const types = tokens.map((_, i) => uint32(i === 0 ? 3 : 1))
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
    { key: 'tokenizer.ggml.token_type', type: 9, value: ggufArray(5, types) },
    { key: 'tokenizer.ggml.merges', type: 9, value: ggufArray(8, ['a b', 'Ġ a'].map(ggufString)) },
    { key: 'tokenizer.ggml.eos_token_id', type: 4, value: uint32(0) },
  ]
}

/** The bytes of one tensor: blocks with scales of 2^-12 and any other bits, or ones. */
function content(type: Format, rows: number, seed: number): Buffer {
  if (type === 'F32') return Buffer.from(new Float32Array(rows * size).fill(1).buffer)
  const { blockSize, blockBytes } = numberFormats[type]
  const bytes = Buffer.alloc(((rows * size) / blockSize) * blockBytes)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (Math.imul(i + 1, 2654435761) + seed * 97) >>> 15
  for (let at = 0; at < bytes.length; at += blockBytes)
    for (const half of halves[type]!) bytes.writeUInt16LE(0x0c00, at + half)
  return bytes
}

/** @param types of linear layers that differ from `linearTypes` */
export function kQuantModel(types: Partial<Record<keyof typeof linearTypes, Format>> = {}): Buffer {
  const all: [name: string, type: Format, rows: number][] = [
    ['token_embd', 'Q6_K', tokens.length],
    ['blk.0.attn_norm', 'F32', 1],
    ...Object.entries({ ...linearTypes, ...types }).map(([name, type]): [string, Format, number] => [
      `blk.0.${name}`,
      type,
      size,
    ]),
    ['blk.0.ffn_norm', 'F32', 1],
    ['output_norm', 'F32', 1],
    ['output', 'IQ4_NL', tokens.length],
  ]
  const parts: Buffer[] = []
  let offset = 0
  const tensors = all.map(([name, type, rows], seed) => {
    const bytes = content(type, rows, seed)
    const padded = Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)])
    const dimensions = rows === 1 ? [size] : [size, rows]
    const tensor = { name: `${name}.weight`, dimensions, type: ggufTypeNumber(type), offset }
    parts.push(padded)
    offset += padded.length
    return tensor
  })
  return ggufBytes({ entries: entries(), tensors, data: Buffer.concat(parts) })
}
