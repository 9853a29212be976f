/**
 * Where a model's parameters are in a GGUF file, and how llama.cpp's layout becomes Hugging Face's. Source:
 * llama.cpp's convert_hf_to_gguf.py (names: gguf-py's tensor_mapping.py; `permute` of LlamaModel; the transposed
 * Conv1D weights of GPT2Model).
 */

import type { Gguf } from '../../formats/gguf.ts'
import type { ModelConfig } from '../config.ts'

type Layout = 'same' | 'transposed' | 'interleaved'

export interface GgufParameter {
  /** The tensor's name in the file. */
  name: string
  /** Its shape there. */
  shape: number[]
  layout: Layout
}

/** What both families call the same. */
const topLevel: Record<string, string> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
  lm_head: 'output',
}

const inLayer: Record<string, string> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
}

/**
 * @param name Hugging Face's
 * @param shape Hugging Face's
 * @param architecture `general.architecture`
 */
export function ggufParameter(name: string, shape: readonly number[], architecture: unknown): GgufParameter {
  const layout = layoutOf(name, architecture)
  return { name: ggufName(name), shape: layout === 'transposed' ? shape.toReversed() : [...shape], layout }
}

function ggufName(name: string): string {
  const [, layer, part, kind] =
    /^(?:(?:model\.layers|transformer\.h)\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name) ?? []
  return layer ? `blk.${layer}.${inLayer[part!]}.${kind}` : `${topLevel[part!]}.${kind}`
}

/** Only the `llama` architecture is converted for interleaved rotation; `qwen2` keeps its rows. */
function layoutOf(name: string, architecture: unknown): Layout {
  if (architecture === 'llama' && /\.[qk]_proj\./.test(name)) return 'interleaved'
  return /\.(c_attn|c_proj|c_fc)\.weight$/.test(name) ? 'transposed' : 'same'
}

/** @returns the parameter's values in Hugging Face's layout, row-major */
export function readGgufParameter(gguf: Gguf, parameter: GgufParameter, config: ModelConfig): Float32Array {
  const values = gguf.readTensor(parameter.name)
  if (parameter.layout === 'transposed') return transposed(values, parameter.shape)
  return parameter.layout === 'interleaved' ? halved(values, parameter.shape, config.headDim) : values
}

/** @param shape (rows, columns) of `values` */
function transposed(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows, columns] = shape as [number, number]
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column]!
  return out
}

/**
 * Rows of a head that rotate together, (i, i + H/2) for Hugging Face, are neighbours (2i, 2i + 1) in the file.
 * @param shape (heads*H, C), or (heads*H) of a bias
 */
function halved(values: Float32Array, shape: readonly number[], headDim: number): Float32Array {
  const [rows, columns = 1] = shape as [number, number?]
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim
    const source = row - inHead + (inHead < headDim / 2 ? 2 * inHead : 2 * (inHead - headDim / 2) + 1)
    out.set(values.subarray(source * columns, (source + 1) * columns), row * columns)
  }
  return out
}
