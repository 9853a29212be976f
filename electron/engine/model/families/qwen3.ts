/** Qwen3, dense: Llama with normalised queries and keys, and optionally a sliding window in the upper layers. */
import type { ConfigCandidate, TransformerConfig } from '../transformer-config.ts'
import type { Family, HuggingFaceConfig, Json } from './family.ts'
import { llamaGguf, withoutWindow } from './llama-gguf.ts'
import {
  llamaJson,
  llamaKeys,
  llamaValues,
  qwenDefaults,
  qwenWindow,
  qwenWindowJson,
  refuseUnsupported,
  withDefaults,
} from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'

export const qwen3: Family = {
  ...llamaLike({ ...plainLlamaLike, title: 'Qwen3', queryKeyNorm: 'each-head' }),
  huggingFace: {
    architectures: ['qwen3'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: llamaGguf({
    architectures: ['qwen3'],
    interleavedArchitectures: [],
    architectureOf: () => 'qwen3',
    write: withoutWindow,
  }),
}

/** Defaults of transformers' configuration class. */
const defaults = { ...qwenDefaults, head_dim: 128 }

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  const source = withDefaults(config, defaults)
  return { values: { ...llamaValues(source), mlpBias: false, ...qwenWindow(source) }, keys: llamaKeys }
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'qwen3',
    architectures: ['Qwen3ForCausalLM'],
    ...llamaJson(config),
    attention_bias: config.attentionBias,
    ...qwenWindowJson(config),
  }
}
