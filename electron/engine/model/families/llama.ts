/**
 * Llama: RMSNorm, rotary positions, grouped-query attention and SwiGLU (Touvron et al. 2023), with Llama 3's rotary
 * scaling; and Qwen2, which adds biases to queries, keys and values.
 */
import {
  type ConfigCandidate,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Family, HuggingFaceConfig, Json } from './family.ts'
import { llamaGguf, withoutWindow } from './llama-gguf.ts'
import {
  llamaJson,
  llamaKeys,
  llamaValues,
  localLayersOf,
  qwenDefaults,
  qwenWindow,
  qwenWindowJson,
  refuseUnsupported,
  withDefaults,
} from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'

export const llama: Family = {
  ...llamaLike(plainLlamaLike),
  huggingFace: {
    architectures: ['llama', 'qwen2'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: llamaGguf({
    architectures: ['llama', 'qwen2'],
    interleavedArchitectures: ['llama'],
    scalings: ['linear', 'dynamic', 'llama3', 'yarn'],
    architectureOf: (config) => (hasBiasesOfQwen2(config) ? 'qwen2' : 'llama'),
    write: withoutWindow,
  }),
}

/** Defaults of transformers' configuration class. */
const llamaDefaults = { bos_token_id: 1, eos_token_id: 2 }

/** The settings of Llama models that this project makes itself, whatever their size. */
export const plainLlamaSettings = {
  ...usualSettings,
  normEps: 1e-5,
  ropeScaling: null,
  attentionBias: false,
  attentionOutBias: false,
  mlpBias: false,
  tiedEmbeddings: true,
  activation: 'silu',
} as const

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  if (config.architecture === 'qwen2') {
    const source = withDefaults(config, qwenDefaults)
    const biases = { attentionBias: true, attentionOutBias: false, mlpBias: false }
    return { values: { ...llamaValues(source), ...biases, ...qwenWindow(source) }, keys: llamaKeys }
  }
  const source = withDefaults(config, llamaDefaults)
  if (localLayersOf(source)?.length)
    refuseOtherValues(source.file, () => 'sliding_attention', { layer_types: 'full_attention' })
  return { values: llamaValues(source), keys: llamaKeys }
}

/** Only Qwen2's config.json can say that the output projection alone has no bias. */
function hasBiasesOfQwen2(config: TransformerConfig): boolean {
  return config.attentionBias && !config.attentionOutBias
}

function writeHuggingFace(config: TransformerConfig): Json {
  const isQwen2 = hasBiasesOfQwen2(config)
  const particular = isQwen2
    ? qwenWindowJson(config)
    : { attention_bias: config.attentionBias, mlp_bias: config.mlpBias }
  return {
    model_type: isQwen2 ? 'qwen2' : 'llama',
    architectures: [isQwen2 ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    ...llamaJson(config),
    ...particular,
  }
}
