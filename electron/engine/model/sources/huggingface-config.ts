/** Hugging Face's config.json, read (as transformers 4 and 5 write it) and written, for Llama, Qwen2 and GPT-2. */
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import {
  type Architecture,
  checkArchitecture,
  checkConfig,
  type KeyNames,
  type ModelConfig,
  type RopeScaling,
  refuseOtherValues,
} from '../config.ts'

type Json = Readonly<Record<string, unknown>>

const tokenKeys = { bosId: 'bos_token_id', eosIds: 'eos_token_id', padId: 'pad_token_id' } as const

const llamaKeys = {
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

const gpt2Keys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'n_embd',
  intermediateSize: 'n_inner',
  numLayers: 'n_layer',
  numHeads: 'n_head',
  maxPositions: 'n_positions',
  normEps: 'layer_norm_epsilon',
  tiedEmbeddings: 'tie_word_embeddings',
  activation: 'activation_function',
  ...tokenKeys,
} as const satisfies KeyNames

/** Keys that change what is computed, with the value that leaves it alone. */
const requiredValues = {
  use_sliding_window: false,
  partial_rotary_factor: 1,
  add_cross_attention: false,
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  quantization_config: null,
}

const activations: Record<string, ModelConfig['activation'] | undefined> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
}

/**
 * Absent keys mean what they mean in transformers' configuration classes; keys it does not know either are
 * passed over.
 * @param json what config.json holds
 * @param file its path, for errors
 */
export function configFromHuggingFace(json: unknown, file: string): ModelConfig {
  const parsed = z.looseObject({}).safeParse(json)
  if (!parsed.success) throw new UserError('bad_input', `${file} does not hold a JSON object.`)
  const config: Json = parsed.data
  const architecture = checkArchitecture(config.model_type, file, 'model_type')
  refuseOtherValues(file, (key) => config[key], requiredValues)
  for (const type of Array.isArray(config.layer_types) ? config.layer_types : [])
    refuseOtherValues(file, () => type, { layer_types: 'full_attention' })
  return architecture === 'gpt2' ? gpt2Config(config, file) : llamaConfig(config, file, architecture)
}

function llamaConfig(json: Json, file: string, architecture: Architecture): ModelConfig {
  const qwen2 = architecture === 'qwen2'
  const attentionBias = qwen2 || (json.attention_bias ?? false)
  const candidate = {
    family: 'llama',
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    numLayers: json.num_hidden_layers,
    numHeads: json.num_attention_heads,
    numKvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? Math.floor(Number(json.hidden_size) / Number(json.num_attention_heads)),
    maxPositions: json.max_position_embeddings,
    normEps: json.rms_norm_eps ?? 1e-6,
    ...rope(json, file),
    attentionBias,
    attentionOutBias: qwen2 ? false : attentionBias,
    mlpBias: qwen2 ? false : (json.mlp_bias ?? false),
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'silu'),
    ...specialTokens(json, qwen2 ? {} : { bos: 1, eos: 2 }),
  }
  return checkConfig(candidate, file, llamaKeys)
}

function gpt2Config(json: Json, file: string): ModelConfig {
  const { n_embd: hiddenSize, n_head: numHeads } = json
  const candidate = {
    family: 'gpt2',
    vocabSize: json.vocab_size,
    hiddenSize,
    intermediateSize: json.n_inner ?? 4 * Number(hiddenSize),
    numLayers: json.n_layer,
    numHeads,
    numKvHeads: numHeads,
    headDim: Math.floor(Number(hiddenSize) / Number(numHeads)),
    maxPositions: json.n_positions,
    normEps: json.layer_norm_epsilon ?? 1e-5,
    ropeTheta: DEFAULT_ROPE_THETA,
    ropeScaling: null,
    attentionBias: true,
    attentionOutBias: true,
    mlpBias: true,
    tiedEmbeddings: json.tie_word_embeddings ?? true,
    activation: activationOf(json.activation_function ?? 'gelu_new'),
    ...specialTokens(json, { bos: 50256, eos: 50256 }),
  }
  return checkConfig(candidate, file, gpt2Keys)
}

function activationOf(name: unknown): unknown {
  return typeof name === 'string' ? (activations[name] ?? name) : name
}

/** @param defaults where the key is absent; null means none */
function specialTokens(json: Json, defaults: { bos?: number; eos?: number }) {
  const { bos_token_id: bos, eos_token_id: eos = defaults.eos, pad_token_id: pad } = json
  return {
    bosId: bos === undefined ? (defaults.bos ?? null) : bos,
    eosIds: eosIdsOf(eos),
    padId: pad === undefined || pad === -1 ? null : pad, // -1: none, as early Llama conversions have it
  }
}

/** The list that an `eos_token_id` stands for, which may be a list, one id, null or absent. */
export function eosIdsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value ?? []].flat()
}

const DEFAULT_ROPE_THETA = 10_000

const scaling = z.object({
  factor: z.number(),
  low_freq_factor: z.number(),
  high_freq_factor: z.number(),
  original_max_position_embeddings: z.number(),
})

/** transformers 5 keeps everything in `rope_parameters`, 4 in `rope_theta` and `rope_scaling`. */
function rope(json: Json, file: string): { ropeTheta: unknown; ropeScaling: RopeScaling | null } {
  const key = json.rope_parameters ? 'rope_parameters' : 'rope_scaling'
  const parsed = z.looseObject({}).nullish().safeParse(json[key])
  if (!parsed.success) throw new UserError('bad_input', `${file}: the key "${key}" is not an object.`)
  const parameters: Json = parsed.data ?? {}
  const type = parameters.rope_type ?? parameters.type ?? 'default'
  const ropeTheta = parameters.rope_theta ?? json.rope_theta ?? DEFAULT_ROPE_THETA
  if (type === 'default') return { ropeTheta, ropeScaling: null }
  refuseOtherValues(file, () => type, { [`${key}.rope_type`]: 'llama3' })
  return { ropeTheta, ropeScaling: llama3Scaling(parameters, file, key) }
}

function llama3Scaling(parameters: Json, file: string, key: string): RopeScaling {
  const parsed = scaling.safeParse(parameters)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new UserError('bad_input', `${file}: the key "${key}.${path.join('.')}" is wrong: ${message}.`)
  }
  return {
    factor: parsed.data.factor,
    lowFreqFactor: parsed.data.low_freq_factor,
    highFreqFactor: parsed.data.high_freq_factor,
    originalMaxPositions: parsed.data.original_max_position_embeddings,
  }
}

/** What config.json has to say for transformers (4 or 5) to build the same model. */
export function toHuggingFace(config: ModelConfig): Record<string, unknown> {
  const shared = {
    torch_dtype: 'float32',
    vocab_size: config.vocabSize,
    tie_word_embeddings: config.tiedEmbeddings,
    bos_token_id: config.bosId,
    eos_token_id: config.eosIds.length > 1 ? config.eosIds : (config.eosIds[0] ?? null),
    pad_token_id: config.padId,
  }
  return config.family === 'gpt2' ? { ...gpt2Json(config), ...shared } : { ...llamaJson(config), ...shared }
}

function gpt2Json(config: ModelConfig) {
  return {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    n_embd: config.hiddenSize,
    n_inner: config.intermediateSize,
    n_layer: config.numLayers,
    n_head: config.numHeads,
    n_positions: config.maxPositions,
    layer_norm_epsilon: config.normEps,
    activation_function: 'gelu_new',
  }
}

function llamaJson(config: ModelConfig) {
  const qwen2 = config.attentionBias && !config.attentionOutBias
  return {
    model_type: qwen2 ? 'qwen2' : 'llama',
    architectures: [qwen2 ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKvHeads,
    head_dim: config.headDim,
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.normEps,
    rope_theta: config.ropeTheta,
    rope_scaling: config.ropeScaling && llama3Json(config.ropeScaling),
    hidden_act: 'silu',
    ...(qwen2
      ? { use_sliding_window: false }
      : { attention_bias: config.attentionBias, mlp_bias: config.mlpBias }),
  }
}

function llama3Json(ropeScaling: RopeScaling) {
  return {
    rope_type: 'llama3',
    factor: ropeScaling.factor,
    low_freq_factor: ropeScaling.lowFreqFactor,
    high_freq_factor: ropeScaling.highFreqFactor,
    original_max_position_embeddings: ropeScaling.originalMaxPositions,
  }
}
