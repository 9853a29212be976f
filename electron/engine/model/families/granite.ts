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
import { activationNames, specialTokens } from './huggingface.ts'
import { llamaJson, llamaKeys, llamaValues } from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'
import { ggufRope, llama3Tensor, withGgufRope } from './rope-gguf.ts'

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
    classification: { missing: ['sequence', 'token'] },
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
  ...llamaKeys,
  embeddingScale: 'embedding_multiplier',
  attentionScale: 'attention_multiplier',
  residualScale: 'residual_multiplier',
  logitDivisor: 'logits_scaling',
} as const satisfies KeyNames

function readHuggingFace(source: HuggingFaceConfig): ConfigCandidate {
  const { json, file } = source
  refuseOtherValues(file, (key) => json[key], { quantization_config: null })
  const values = {
    ...llamaValues(source),
    maxPositions: json.max_position_embeddings ?? 2048,
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
    ...llamaJson(config),
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
