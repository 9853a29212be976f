/**
 * Gemma 3, text (Gemma team 2025): four norms per layer whose gains are stored less one, normalised queries and keys,
 * scaled embeddings, GeGLU, and local layers between global ones, with another rotary base.
 */
import { type ConfigCandidate, refuseOtherValues, type TransformerConfig } from '../transformer-config.ts'
import type { Family, GgufModel, HuggingFaceConfig, Json } from './family.ts'
import { shortest } from './gguf.ts'
import { activationOf } from './huggingface.ts'
import { llamaGguf, refuseUnwritable } from './llama-gguf.ts'
import {
  layersWhere,
  layerTypesJson,
  llamaJson,
  llamaKeys,
  llamaValues,
  localLayersOf,
  refuseUnsupported,
  withDefaults,
} from './llama-json.ts'
import { llamaLike } from './llama-like.ts'

export const gemma3: Family = {
  ...llamaLike({
    title: 'Gemma 3',
    activations: ['gelu_tanh'],
    norms: {
      beforeAttention: ['input_layernorm', 'attn_norm'],
      afterAttention: ['post_attention_layernorm', 'post_attention_norm'],
      beforeMlp: ['pre_feedforward_layernorm', 'ffn_norm'],
      afterMlp: ['post_feedforward_layernorm', 'post_ffw_norm'],
    },
    queryKeyNorm: 'each-head',
    gainsLessOne: true,
    embeddingScale: ({ hiddenSize }) => Math.sqrt(hiddenSize),
  }),
  huggingFace: {
    architectures: ['gemma3_text'],
    basePrefix: 'model.',
    classification: { stem: 'Gemma3Text', missing: ['token'] },
    computedTables: /rotary_emb(_local)?\.(\w+_)?inv_freq$/,
    read: readHuggingFace,
    notes,
    write: writeHuggingFace,
  },
  gguf: llamaGguf({
    architectures: ['gemma3'],
    interleavedArchitectures: [],
    architectureOf: () => 'gemma3',
    read: readGguf,
    required: (architecture, { slidingWindow }) => ({
      [`${architecture}.attention.sliding_window`]: slidingWindow ?? 0,
      [`${architecture}.attn_logit_softcapping`]: 0,
    }),
    write: writeGguf,
  }),
}

const localRopeTheta = 10_000
/** The last of this many layers is global, if a file does not say otherwise. */
const usualPeriod = 6

/** Defaults of transformers' configuration class. */
const defaults = {
  vocab_size: 262_208,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 131_072,
  hidden_activation: 'gelu_pytorch_tanh',
  rope_theta: 1_000_000,
  rope_local_base_freq: localRopeTheta,
  sliding_window: 4096,
  sliding_window_pattern: usualPeriod,
  query_pre_attn_scalar: 256,
  tie_word_embeddings: true,
  bos_token_id: 2,
  eos_token_id: 1,
  pad_token_id: 0,
}

const keys = { ...llamaKeys, activation: 'hidden_activation' }

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  const source = withDefaults(config, defaults)
  const { json, file } = source
  refuseOtherValues(file, (key) => json[key], { use_bidirectional_attention: false, mlp_bias: false })
  const { global, local } = rotations(source)
  const values = {
    ...llamaValues(global),
    activation: activationOf(json.hidden_activation),
    slidingWindow: json.sliding_window,
    localLayers:
      localLayersOf(source) ?? localLayersOfPeriod(json.num_hidden_layers, json.sliding_window_pattern),
    localRopeTheta: local,
    attentionScale: attentionScale(json.query_pre_attn_scalar, json.head_dim),
    logitSoftcap: json.final_logit_softcapping ?? null,
  }
  return { values, keys }
}

function notes({ json, file }: HuggingFaceConfig): string[] {
  const softcap = json.attn_logit_softcapping ?? null
  if (softcap === null) return []
  return [
    `${file}: the key "attn_logit_softcapping" is ${JSON.stringify(softcap)}, which Gemma 3 does not use: it is ignored, as in transformers.`,
  ]
}

/**
 * Global layers are rotated as `rope_theta` and `rope_scaling` say, local ones as `rope_local_base_freq`; transformers 5
 * has both in `rope_parameters`, by type of layer.
 */
function rotations(source: HuggingFaceConfig): { global: HuggingFaceConfig; local: unknown } {
  const { json, file } = source
  const byType = json.rope_parameters as Record<string, Json | null | undefined> | null | undefined
  const isByType = byType?.full_attention !== undefined || byType?.sliding_attention !== undefined
  if (!isByType) return { global: source, local: json.rope_local_base_freq }
  const { full_attention: full = null, sliding_attention: sliding = null, ...others } = byType!
  const key = (name: string) => `rope_parameters.${name}`
  for (const name of Object.keys(others)) refuseOtherValues(file, () => others[name], { [key(name)]: null })
  refuseOtherValues(file, () => sliding?.rope_type, { [key('sliding_attention.rope_type')]: 'default' })
  return {
    global: {
      ...source,
      json: { ...json, rope_parameters: full, rope_theta: full?.rope_theta ?? json.rope_theta },
    },
    local: sliding?.rope_theta ?? json.rope_local_base_freq,
  }
}

/** Null if it is what all families have. Not a number if the file's is not. */
function attentionScale(scalar: unknown, headDim: unknown): unknown {
  if (scalar === headDim) return null
  return typeof scalar === 'number' ? scalar ** -0.5 : scalar
}

/** Layers are local but for every last of a period. */
function localLayersOfPeriod(numLayers: unknown, period: unknown): number[] {
  return layersWhere(numLayers, (layer) => (layer + 1) % Number(period) !== 0)
}

function writeHuggingFace(config: TransformerConfig): Json {
  const { hidden_act: _, ...rest } = llamaJson(config)
  const period = periodOf(config)
  return {
    model_type: 'gemma3_text',
    architectures: ['Gemma3ForCausalLM'],
    ...rest,
    hidden_activation: 'gelu_pytorch_tanh',
    attention_bias: config.attentionBias,
    rope_local_base_freq: config.localRopeTheta ?? config.ropeTheta,
    sliding_window: config.slidingWindow,
    ...(period !== null && { sliding_window_pattern: period }), // read by transformers before 4.54
    layer_types: layerTypesJson(config),
    query_pre_attn_scalar: scalarOf(config),
    final_logit_softcapping: config.logitSoftcap,
    attn_logit_softcapping: null,
    use_bidirectional_attention: false,
  }
}

/** The number whose square root scores are divided by. Rounding undoes that of the root. */
function scalarOf({ attentionScale: scale, headDim }: TransformerConfig): number {
  return scale === null ? headDim : Number((1 / scale ** 2).toPrecision(14))
}

/** The period that gives the config's local layers, or null if none does. */
function periodOf({ numLayers, localLayers }: TransformerConfig): number | null {
  const gives = (period: number) => String(localLayersOfPeriod(numLayers, period)) === String(localLayers)
  const periods = [usualPeriod, ...Array.from({ length: numLayers + 1 }, (_, n) => n + 1)]
  return periods.find(gives) ?? null
}

/** llama.cpp has these if a file does not; the scale is that of the model with 62 layers (27B) or 1/sqrt(headDim). */
function readGguf({ file, architecture }: GgufModel): Json {
  const get = (key: string) => file.metadata.get(`${architecture}.${key}`)
  const slidingWindow = get('attention.sliding_window') || null
  const period = get('attention.sliding_window_pattern') ?? usualPeriod
  const numLayers = get('block_count')
  const softcap = shortest(get('final_logit_softcapping'))
  return {
    activation: 'gelu_tanh',
    slidingWindow,
    localLayers: slidingWindow === null ? [] : localLayersOfGguf(numLayers, period),
    localRopeTheta: shortest(get('rope.freq_base_swa')) ?? localRopeTheta,
    attentionScale:
      numLayers === 62 ? scaleOf27B(get('embedding_length'), get('attention.head_count')) : null,
    logitSoftcap: softcap || null,
  }
}

/** @param pattern a period, or for each layer whether it is local */
function localLayersOfGguf(numLayers: unknown, pattern: unknown): number[] {
  if (!Array.isArray(pattern)) return localLayersOfPeriod(numLayers, pattern)
  return layersWhere(numLayers, (layer) => Boolean(pattern[layer]))
}

function scaleOf27B(hiddenSize: unknown, numHeads: unknown): number {
  return (Number(hiddenSize) / Number(numHeads)) ** -0.5
}

function writeGguf(architecture: string, config: TransformerConfig) {
  const { numLayers, hiddenSize, numHeads, slidingWindow, localLayers, logitSoftcap } = config
  const period = periodOf(config)
  const scale = numLayers === 62 ? scaleOf27B(hiddenSize, numHeads) : null
  refuseUnwritable(architecture, [
    [period !== null, 'that local and global layers do not alternate regularly'],
    [config.attentionScale === scale, 'that attention scores have another scale'],
  ])
  const isWindowed = slidingWindow !== null && localLayers.length > 0
  const count = (value: number) => ({ type: 'uint32', value }) as const
  const real = (value: number) => ({ type: 'float32', value }) as const
  return {
    ...(isWindowed && {
      [`${architecture}.attention.sliding_window`]: count(slidingWindow),
      [`${architecture}.attention.sliding_window_pattern`]: count(period!),
      [`${architecture}.rope.freq_base_swa`]: real(config.localRopeTheta ?? config.ropeTheta),
    }),
    ...(logitSoftcap !== null && { [`${architecture}.final_logit_softcapping`]: real(logitSoftcap) }),
  }
}
