/** What Llama and the families that came after it write alike in config.json, read and written. */
import { UserError } from '../../../contract/errors.ts'
import {
  type KeyNames,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { HuggingFaceConfig, Json } from './family.ts'
import { activationOf, specialTokens, tokenKeys } from './huggingface.ts'
import { ropeScalingJson, ropeSettings } from './rope-json.ts'

export const llamaKeys = {
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
  slidingWindow: 'sliding_window',
  localLayers: 'layer_types',
  localRopeTheta: 'rope_local_base_freq',
  unrotatedLayers: 'no_rope_layers',
  attentionScale: 'query_pre_attn_scalar',
  attentionSoftcap: 'attn_logit_softcapping',
  logitSoftcap: 'final_logit_softcapping',
  ...tokenKeys,
} as const satisfies KeyNames

/** The file's keys, and for those it lacks the values of transformers' configuration class. */
export function withDefaults(source: HuggingFaceConfig, defaults: Json): HuggingFaceConfig {
  const present = Object.entries(source.json).filter(([, value]) => value !== undefined)
  return { ...source, json: { ...defaults, ...Object.fromEntries(present) } }
}

/** @throws UserError that names the file and a key that would change what is computed, and that no family supports */
export function refuseUnsupported({ json, file }: HuggingFaceConfig): void {
  refuseOtherValues(file, (key) => json[key], { partial_rotary_factor: 1, quantization_config: null })
}

/** @returns every setting, each as Llama has it or as most models have it */
export function llamaValues(source: HuggingFaceConfig): Record<keyof TransformerConfig, unknown> {
  const { json } = source
  const attentionBias = json.attention_bias ?? false
  return {
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
    attentionOutBias: attentionBias,
    mlpBias: json.mlp_bias ?? false,
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'silu'),
    ...specialTokens(json, {}),
  }
}

/** The keys of config.json that hold the settings of a plain Llama, without its biases. */
export function llamaJson(config: TransformerConfig): Json {
  return {
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
  }
}

const layerTypes = { full: 'full_attention', sliding: 'sliding_attention' }

/**
 * The layers that `layer_types` calls local, or null if the file has no such list.
 * @throws UserError that names the file and a type of layer that is not supported
 */
export function localLayersOf({ json, file }: HuggingFaceConfig): number[] | null {
  const types = json.layer_types ?? null
  if (types === null) return null
  if (!Array.isArray(types) || types.length !== json.num_hidden_layers) {
    const message = `${file}: the key "layer_types" is not a list with one entry for each of the ${json.num_hidden_layers} layers.`
    throw new UserError('bad_input', message)
  }
  return types.flatMap((type: unknown, layer) => {
    if (type === layerTypes.sliding) return [layer]
    refuseOtherValues(file, () => type, { layer_types: layerTypes.full })
    return []
  })
}

/** `layer_types` of config.json. */
export function layerTypesJson({ numLayers, localLayers }: TransformerConfig): string[] {
  return Array.from({ length: numLayers }, (_, layer) =>
    localLayers.includes(layer) ? layerTypes.sliding : layerTypes.full,
  )
}

/** Of transformers' configuration classes of Qwen2 and Qwen3. */
export const qwenDefaults = { num_key_value_heads: 32, sliding_window: 4096, max_window_layers: 28 }

/** Qwen2's and Qwen3's window, which the layers from `max_window_layers` on have if nothing else is said. */
export function qwenWindow(source: HuggingFaceConfig): { slidingWindow: unknown; localLayers: number[] } {
  const { json } = source
  const slidingWindow = json.use_sliding_window ? json.sliding_window : null
  const first = slidingWindow === null ? Number.POSITIVE_INFINITY : Number(json.max_window_layers)
  const localLayers = localLayersOf(source) ?? layersWhere(json.num_hidden_layers, (layer) => layer >= first)
  return { slidingWindow, localLayers }
}

/** The keys that `qwenWindow` reads. */
export function qwenWindowJson(config: TransformerConfig): Json {
  return {
    use_sliding_window: config.slidingWindow !== null,
    sliding_window: config.slidingWindow,
    layer_types: layerTypesJson(config),
  }
}

/** The layers for which the condition holds. */
export function layersWhere(numLayers: unknown, holds: (layer: number) => boolean): number[] {
  return Array.from(
    { length: Math.max(0, Math.min(Number(numLayers) || 0, 1000)) },
    (_, layer) => layer,
  ).filter(holds)
}
