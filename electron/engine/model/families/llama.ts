/**
 * Llama: RMSNorm, rotary positions, grouped-query attention and SwiGLU (Touvron et al. 2023), with Llama 3's rotary
 * scaling; and Qwen2, which adds biases to queries, keys and values.
 */
import { UserError } from '../../../contract/errors.ts'
import { rotaryFrequencies } from '../rotary-frequencies.ts'
import {
  type ConfigCandidate,
  type KeyNames,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Family, GgufDescription, GgufModel, HuggingFaceConfig, Json } from './family.ts'
import { ggufEntries, ggufKeys, ggufRotaryEntries, ggufSettings, requiredGgufValues } from './gguf.ts'
import { activationOf, specialTokens, tokenKeys } from './huggingface.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'
import { ropeScalingJson, ropeSettings } from './rope-json.ts'

const ggufNormEps = 'attention.layer_norm_rms_epsilon'
/** Tensor of a GGUF file: what each rotary frequency is divided by. */
const ropeDivisors = 'rope_freqs.weight'

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
    otherTensors: [ropeDivisors],
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

function completeGguf(config: TransformerConfig, { file, architecture }: GgufModel): TransformerConfig {
  refuseOtherValues(file.path, (key) => file.metadata.get(key), requiredGgufValues(architecture, config))
  return file.tensors.has(ropeDivisors)
    ? withLlama3Scaling(config, file.readTensor(ropeDivisors), file.path)
    : config
}

/** What `convert_hf_to_gguf.py` writes for the models of the Llama 3.1, 3.2 and 3.3 series. */
const llama3Series = { lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 8192 }

/**
 * GGUF keeps Llama 3's scaling as what each frequency is divided by. The largest is the factor; the rest must be
 * those of the Llama 3 series.
 */
function withLlama3Scaling(
  config: TransformerConfig,
  divisors: Float32Array,
  file: string,
): TransformerConfig {
  const factor = divisors.reduce((a, b) => Math.max(a, b), 1)
  const scaling = { type: 'llama3', factor, ...llama3Series } as const
  const scaled = factor === 1 ? config : { ...config, ropeScaling: scaling }
  const [plain, slowed] = [rotaryFrequencies(config), rotaryFrequencies(scaled)]
  const same = divisors.every((divisor, i) => Math.abs((divisor * slowed[i]!) / plain[i]! - 1) < 1e-4)
  if (same && divisors.length === plain.length) return scaled
  const message = `${file}: ${ropeDivisors} stretches the rotary frequencies in another way than Llama 3 does, which is not supported.`
  throw new UserError('bad_input', message)
}

/** As a `llama`, unless it has the biases that make it a `qwen2`. */
function writeGguf(config: TransformerConfig): GgufDescription {
  const architecture = hasBiasesOfQwen2(config) ? 'qwen2' : 'llama'
  const type = config.ropeScaling?.type ?? 'llama3'
  if (type !== 'llama3') {
    const message = `A model with rotary positions of type ${type} cannot be written as GGUF here. Export a Hugging Face folder, and convert it with llama.cpp's convert_hf_to_gguf.py.`
    throw new UserError('bad_input', message)
  }
  const plain = rotaryFrequencies({ ...config, ropeScaling: null })
  const slowed = rotaryFrequencies(config)
  const divisors = {
    name: ropeDivisors,
    shape: [plain.length],
    type: 'F32',
    data: () => plain.map((frequency, i) => frequency / slowed[i]!),
  } as const
  return {
    architecture,
    metadata: {
      ...ggufEntries(architecture, ggufNormEps, config),
      ...ggufRotaryEntries(architecture, config),
    },
    tensors: config.ropeScaling ? [divisors] : [],
  }
}
