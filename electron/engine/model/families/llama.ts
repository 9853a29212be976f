/**
 * Llama: RMSNorm, rotary positions, grouped-query attention and SwiGLU (Touvron et al. 2023), with Llama 3's rotary
 * scaling; and Qwen2, which adds biases to queries, keys and values.
 */
import {
  type ConfigCandidate,
  type KeyNames,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Family, GgufDescription, GgufModel, HuggingFaceConfig, Json } from './family.ts'
import { ggufEntries, ggufKeys, ggufSettings, requiredGgufValues } from './gguf.ts'
import { activationOf, specialTokens, tokenKeys } from './huggingface.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'
import { ggufRope, llama3Tensor, withGgufRope } from './rope-gguf.ts'
import { ropeScalingJson, ropeSettings } from './rope-json.ts'

const ggufNormEps = 'attention.layer_norm_rms_epsilon'

export const llama: Family = {
  ...llamaLike(plainLlamaLike),
  huggingFace: {
    architectures: ['llama', 'qwen2'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: {
    architectures: ['llama', 'qwen2'],
    interleavedArchitectures: ['llama'],
    otherTensors: [llama3Tensor],
    read: readGguf,
    complete: completeGguf,
    write: writeGguf,
  },
}

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

const huggingFaceKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numLayers: 'num_hidden_layers',
  numHeads: 'num_attention_heads',
  numKvHeads: 'num_key_value_heads',
  headDim: 'head_dim',
  maxPositions: 'max_position_embeddings',
  normEps: 'rms_norm_eps',
  ropeTheta: 'rope_theta',
  ropeScaling: 'rope_scaling',
  attentionBias: 'attention_bias',
  mlpBias: 'mlp_bias',
  tiedEmbeddings: 'tie_word_embeddings',
  activation: 'hidden_act',
  ...tokenKeys,
} as const satisfies KeyNames

function readHuggingFace(source: HuggingFaceConfig): ConfigCandidate {
  const { json, file, architecture } = source
  refuseOtherValues(file, (key) => json[key], {
    use_sliding_window: false,
    partial_rotary_factor: 1,
    quantization_config: null,
  })
  for (const type of Array.isArray(json.layer_types) ? json.layer_types : [])
    refuseOtherValues(file, () => type, { layer_types: 'full_attention' })
  const isQwen2 = architecture === 'qwen2'
  const attentionBias = isQwen2 || (json.attention_bias ?? false)
  const values = {
    ...usualSettings,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    numLayers: json.num_hidden_layers,
    numHeads: json.num_attention_heads,
    numKvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? Math.floor(Number(json.hidden_size) / Number(json.num_attention_heads)),
    maxPositions: json.max_position_embeddings,
    normEps: json.rms_norm_eps ?? 1e-6,
    ...ropeSettings(source),
    attentionBias,
    attentionOutBias: isQwen2 ? false : attentionBias,
    mlpBias: isQwen2 ? false : (json.mlp_bias ?? false),
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'silu'),
    ...specialTokens(json, isQwen2 ? {} : { bos: 1, eos: 2 }),
  }
  return { values, keys: huggingFaceKeys }
}

/** Only Qwen2's config.json can say that the output projection alone has no bias. */
function hasBiasesOfQwen2(config: TransformerConfig): boolean {
  return config.attentionBias && !config.attentionOutBias
}

function writeHuggingFace(config: TransformerConfig): Json {
  const isQwen2 = hasBiasesOfQwen2(config)
  const particular = isQwen2
    ? { use_sliding_window: false }
    : { attention_bias: config.attentionBias, mlp_bias: config.mlpBias }
  return {
    model_type: isQwen2 ? 'qwen2' : 'llama',
    architectures: [isQwen2 ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKvHeads,
    head_dim: config.headDim,
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.normEps,
    rope_theta: config.ropeTheta,
    rope_scaling: ropeScalingJson(config.ropeScaling),
    hidden_act: 'silu',
    ...particular,
  }
}

function readGguf(model: GgufModel): ConfigCandidate {
  const keys = ggufKeys(model.architecture, ggufNormEps)
  const { tensors } = model.file
  const values = {
    ...usualSettings,
    ...ggufSettings(model, keys),
    ropeScaling: null,
    attentionBias: tensors.has('blk.0.attn_q.bias'),
    attentionOutBias: tensors.has('blk.0.attn_output.bias'),
    mlpBias: tensors.has('blk.0.ffn_up.bias'),
    activation: 'silu',
  }
  return { values, keys }
}

function completeGguf(config: TransformerConfig, model: GgufModel): TransformerConfig {
  const { file, architecture } = model
  refuseOtherValues(file.path, (key) => file.metadata.get(key), requiredGgufValues(architecture, config))
  return withGgufRope(config, model, { isPartial: false })
}

/** As a `llama`, unless it has the biases that make it a `qwen2`. */
function writeGguf(config: TransformerConfig): GgufDescription {
  const architecture = hasBiasesOfQwen2(config) ? 'qwen2' : 'llama'
  const rope = ggufRope(architecture, config, ['linear', 'dynamic', 'llama3', 'yarn'])
  return {
    architecture,
    metadata: { ...ggufEntries(architecture, ggufNormEps, config), ...rope.metadata },
    tensors: rope.tensors,
  }
}
