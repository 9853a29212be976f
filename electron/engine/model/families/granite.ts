/**
 * Granite, dense (IBM 2024): as Llama, with multipliers of the embeddings, the scores, what layers add to the residual
 * stream, and the logits.
 */
import {
  type ConfigCandidate,
  type KeyNames,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Family, GgufDescription, GgufModel, HuggingFaceConfig, Json } from './family.ts'
import { ggufEntries, ggufKeys, ggufSettings, requiredGgufValues, shortest } from './gguf.ts'
import { activationNames, activationOf, specialTokens, tokenKeys } from './huggingface.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'
import { ggufRope, llama3Tensor, withGgufRope } from './rope-gguf.ts'
import { ropeScalingJson, ropeSettings } from './rope-json.ts'

const ggufNormEps = 'attention.layer_norm_rms_epsilon'

export const granite: Family = {
  ...llamaLike({
    ...plainLlamaLike,
    title: 'Granite',
    embeddingScale: ({ embeddingScale }) => embeddingScale,
  }),
  huggingFace: {
    architectures: ['granite'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: {
    architectures: ['granite'],
    interleavedArchitectures: ['granite'],
    otherTensors: [llama3Tensor],
    read: readGguf,
    complete: completeGguf,
    write: writeGguf,
  },
}

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
  embeddingScale: 'embedding_multiplier',
  attentionScale: 'attention_multiplier',
  residualScale: 'residual_multiplier',
  logitDivisor: 'logits_scaling',
  ...tokenKeys,
} as const satisfies KeyNames

function readHuggingFace(source: HuggingFaceConfig): ConfigCandidate {
  const { json, file } = source
  refuseOtherValues(file, (key) => json[key], { quantization_config: null })
  const attentionBias = json.attention_bias ?? false
  const values = {
    ...usualSettings,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    numLayers: json.num_hidden_layers,
    numHeads: json.num_attention_heads,
    numKvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? Math.floor(Number(json.hidden_size) / Number(json.num_attention_heads)),
    maxPositions: json.max_position_embeddings ?? 2048,
    normEps: json.rms_norm_eps ?? 1e-6,
    ...ropeSettings(source),
    attentionBias,
    attentionOutBias: attentionBias,
    mlpBias: json.mlp_bias ?? false,
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'silu'),
    embeddingScale: json.embedding_multiplier ?? 1,
    attentionScale: json.attention_multiplier ?? 1,
    residualScale: json.residual_multiplier ?? 1,
    logitDivisor: json.logits_scaling ?? 1,
    ...specialTokens(json, { bos: 1, eos: 2 }),
  }
  return { values, keys: huggingFaceKeys }
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'granite',
    architectures: ['GraniteForCausalLM'],
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
    attention_bias: config.attentionBias,
    mlp_bias: config.mlpBias,
    hidden_act: activationNames[config.activation],
    embedding_multiplier: config.embeddingScale,
    attention_multiplier: attentionScaleOf(config),
    residual_multiplier: config.residualScale,
    logits_scaling: config.logitDivisor,
  }
}

function attentionScaleOf({ attentionScale, headDim }: TransformerConfig): number {
  return attentionScale ?? 1 / Math.sqrt(headDim)
}

function readGguf(model: GgufModel): ConfigCandidate {
  const { architecture, file } = model
  const keys = {
    ...ggufKeys(architecture, ggufNormEps),
    embeddingScale: `${architecture}.embedding_scale`,
    attentionScale: `${architecture}.attention.scale`,
    residualScale: `${architecture}.residual_scale`,
    logitDivisor: `${architecture}.logit_scale`,
  }
  const number = (key: string) => shortest(file.metadata.get(key))
  const values = {
    ...usualSettings,
    ...ggufSettings(model, keys),
    ropeScaling: null,
    attentionBias: file.tensors.has('blk.0.attn_q.bias'),
    attentionOutBias: file.tensors.has('blk.0.attn_output.bias'),
    mlpBias: file.tensors.has('blk.0.ffn_up.bias'),
    activation: 'silu',
    embeddingScale: number(keys.embeddingScale) ?? 1,
    attentionScale: number(keys.attentionScale) ?? null,
    residualScale: number(keys.residualScale) ?? 1,
    logitDivisor: number(keys.logitDivisor) ?? 1,
  }
  return { values, keys }
}

function completeGguf(config: TransformerConfig, model: GgufModel): TransformerConfig {
  const { file, architecture } = model
  const required = {
    ...requiredGgufValues(architecture, config),
    [`${architecture}.rope.scaling.finetuned`]: true, // false: llama.cpp does not rotate at all
  }
  refuseOtherValues(file.path, (key) => file.metadata.get(key), required)
  return withGgufRope(config, model, { isPartial: false })
}

function writeGguf(config: TransformerConfig): GgufDescription {
  const rope = ggufRope('granite', config, ['linear', 'dynamic', 'llama3', 'yarn'])
  return {
    architecture: 'granite',
    metadata: {
      ...ggufEntries('granite', ggufNormEps, config),
      ...rope.metadata,
      'granite.embedding_scale': { type: 'float32', value: config.embeddingScale },
      'granite.attention.scale': { type: 'float32', value: attentionScaleOf(config) },
      'granite.residual_scale': { type: 'float32', value: config.residualScale },
      'granite.logit_scale': { type: 'float32', value: config.logitDivisor },
    },
    tensors: rope.tensors,
  }
}
