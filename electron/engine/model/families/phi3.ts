/**
 * Phi-3 and Phi-4-mini (Abdin et al. 2024): as Llama, with one projection for queries, keys and values and one for gate
 * and up, with LongRoPE, and with a part of each head rotated or a sliding window in some models.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { AttentionBiases } from '../blocks/attention-bias.ts'
import type { ForwardPass, LayerContext } from '../blocks/forward-pass.ts'
import type { Rotation } from '../blocks/rotary.ts'
import { rotaryOf } from '../rotary-frequencies.ts'
import {
  type ConfigCandidate,
  contradictionsIn,
  type KeyNames,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Weights } from '../weights.ts'
import { layerActivations } from './activations.ts'
import type {
  Blocks,
  Family,
  FamilyParameters,
  GgufDescription,
  GgufModel,
  HuggingFaceConfig,
  Json,
} from './family.ts'
import { ggufEntries, ggufKeys, ggufSettings, requiredGgufValues } from './gguf.ts'
import { activationOf, everyLayer, specialTokens } from './huggingface.ts'
import { llamaJson, llamaKeys } from './llama-json.ts'
import { type LinearSize, linearParameters, rmsNormParameters, table } from './parameters.ts'
import { ggufRope, longropeTensors, withGgufRope } from './rope-gguf.ts'
import { partialRopeSettings, ropeScalingJson } from './rope-json.ts'

const embedding = 'model.embed_tokens'
const finalNorm = 'model.norm'
const linearLayout = 'out-in'
const ggufNormEps = 'attention.layer_norm_rms_epsilon'

/** Settings that all its models have. */
const fixedSettings = {
  ...usualSettings,
  attentionBias: false,
  attentionOutBias: false,
  mlpBias: false,
}

export const phi3: Family = {
  parameters,
  embedding: `${embedding}.weight`,
  outputMatrix: 'lm_head.weight',
  layerPrefix: (n) => `model.layers.${n}.`,
  linearLayout,
  contradictions: ({ attentionBias, attentionOutBias, mlpBias, activation }) =>
    contradictionsIn([
      [!(attentionBias || attentionOutBias || mlpBias), 'mlpBias', 'Phi-3 has no biases'],
      [activation === 'silu', 'activation', `${activation} is not silu, the one Phi-3 models use`],
    ]),
  hiddenStates,
  activationsPerToken: (config, length) => layerActivations(config, length),
  huggingFace: {
    architectures: ['phi3'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: {
    architectures: ['phi3'],
    interleavedArchitectures: [],
    otherTensors: longropeTensors,
    read: readGguf,
    complete: completeGguf,
    write: writeGguf,
  },
}

/** Numbers of a position's queries, and of its keys or values. */
function headSizes({ numHeads, numKvHeads, headDim }: TransformerConfig): [queries: number, keys: number] {
  return [numHeads * headDim, numKvHeads * headDim]
}

function parameters(config: TransformerConfig): FamilyParameters {
  const { vocabSize, hiddenSize: c, intermediateSize: i } = config
  const [queries, keys] = headSizes(config)
  const linear = (name: string, ggufName: string, size: Omit<LinearSize, 'bias'>) =>
    linearParameters([name, ggufName], linearLayout, { ...size, bias: false })
  return {
    beforeLayers: [table([embedding, 'token_embd'], 'vocabulary', [vocabSize, c])],
    layer: [
      ...rmsNormParameters(['input_layernorm', 'attn_norm'], c),
      ...linear('self_attn.qkv_proj', 'attn_qkv', { input: c, output: queries + 2 * keys }),
      ...linear('self_attn.o_proj', 'attn_output', { input: queries, output: c, writesResidual: true }),
      ...rmsNormParameters(['post_attention_layernorm', 'ffn_norm'], c),
      ...linear('mlp.gate_up_proj', 'ffn_up', { input: c, output: 2 * i }),
      ...linear('mlp.down_proj', 'ffn_down', { input: i, output: c, writesResidual: true }),
    ],
    afterLayers: rmsNormParameters([finalNorm, 'output_norm'], c),
  }
}

function hiddenStates(blocks: Blocks, pass: ForwardPass): Tensor {
  const { tf, activated, attentionBiases, embedRows, linear, rmsNorm, rotationAt, throughLayers } = blocks
  const { config, weights, batch } = pass
  const { normEps, activation } = config
  const shared = { ...attentionBiases(pass), ...rotationAt(rotaryOf(config), batch.positions) }
  const embedded = embedRows(weights(`${embedding}.weight`), batch.ids) // (B*T, C)
  const x = throughLayers(pass, embedded, shared, (w, before, at) => {
    const attended = tf.add(before, attention(blocks, w, rmsNorm(before, w, 'input_layernorm', normEps), at))
    const normed = rmsNorm(attended, w, 'post_attention_layernorm', normEps)
    const [gate, up] = tf.split(linear(normed, w, 'mlp.gate_up_proj', false), 2, 1) as [Tensor, Tensor]
    return tf.add(attended, linear(tf.mul(up, activated(gate, activation)), w, 'mlp.down_proj', false))
  })
  return rmsNorm(x, weights, finalNorm, normEps)
}

/** x (B*T, C) to the same */
function attention(
  { tf, attend, linear, rotate, splitHeads }: Blocks,
  w: Weights,
  x: Tensor,
  at: LayerContext<AttentionBiases & Rotation>,
): Tensor {
  const { numHeads, numKvHeads } = at.config
  const [queries, keys] = headSizes(at.config)
  const joined = linear(x, w, 'self_attn.qkv_proj', false)
  const [q, k, v] = tf.split(joined, [queries, keys, keys], 1) as [Tensor, Tensor, Tensor]
  const heads = {
    queries: rotate(splitHeads(q, at.ids, numHeads), at.shared),
    keys: rotate(splitHeads(k, at.ids, numKvHeads), at.shared),
    values: splitHeads(v, at.ids, numKvHeads),
  }
  return linear(attend(heads, at), w, 'self_attn.o_proj', false)
}

const huggingFaceKeys = {
  ...llamaKeys,
  partialRotary: 'partial_rotary_factor',
} as const satisfies KeyNames

/** What `original_max_position_embeddings` is if a configuration lacks it. */
const usualOriginalLength = 4096

function readHuggingFace(source: HuggingFaceConfig): ConfigCandidate {
  const { json, file } = source
  refuseOtherValues(file, (key) => json[key], {
    attention_bias: false,
    mlp_bias: false,
    lm_head_bias: false,
    full_attn_mod: 1,
    interpolate_factor: 1,
    quantization_config: null,
  })
  const values = {
    ...fixedSettings,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    numLayers: json.num_hidden_layers,
    numHeads: json.num_attention_heads,
    numKvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? Math.floor(Number(json.hidden_size) / Number(json.num_attention_heads)),
    maxPositions: json.max_position_embeddings ?? 4096,
    normEps: json.rms_norm_eps ?? 1e-5,
    ...phiRopeSettings(source),
    ...windowSettings(json.sliding_window ?? null, json.num_hidden_layers),
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'silu'),
    ...specialTokens(json, { bos: 1, eos: 32000, pad: 32000 }),
  }
  return { values, keys: huggingFaceKeys }
}

/** Older configurations call LongRoPE `su` or `yarn`; nothing else is supported by Phi-3's code in transformers. */
function phiRopeSettings({ json, ...source }: HuggingFaceConfig) {
  const original = json.original_max_position_embeddings ?? usualOriginalLength
  return partialRopeSettings(
    { ...source, json: { ...json, original_max_position_embeddings: original } },
    { supported: ['longrope'], aliases: { su: 'longrope', yarn: 'longrope' } },
  )
}

/** Every layer has the window. */
function windowSettings(slidingWindow: unknown, numLayers: unknown) {
  return { slidingWindow, localLayers: slidingWindow === null ? [] : everyLayer(numLayers) }
}

function writeHuggingFace(config: TransformerConfig): Json {
  const { ropeScaling } = config
  const { original_max_position_embeddings: original = usualOriginalLength, ...scaling } =
    ropeScalingJson(ropeScaling) ?? {}
  return {
    model_type: 'phi3',
    architectures: ['Phi3ForCausalLM'],
    ...llamaJson(config),
    original_max_position_embeddings: original,
    rope_scaling: ropeScaling === null ? null : { type: 'longrope', ...scaling },
    partial_rotary_factor: config.partialRotary,
    sliding_window: config.slidingWindow,
  }
}

function readGguf(model: GgufModel): ConfigCandidate {
  const keys = {
    ...ggufKeys(model.architecture, ggufNormEps),
    slidingWindow: `${model.architecture}.attention.sliding_window`,
  }
  const { metadata } = model.file
  const values = {
    ...fixedSettings,
    ...ggufSettings(model, keys),
    ropeScaling: null,
    // The converter writes 0 for none.
    ...windowSettings(metadata.get(keys.slidingWindow) || null, metadata.get(keys.numLayers)),
    activation: 'silu',
  }
  return { values, keys }
}

function completeGguf(config: TransformerConfig, model: GgufModel): TransformerConfig {
  const { file, architecture } = model
  const { [`${architecture}.attention.sliding_window`]: _, ...required } = requiredGgufValues(
    architecture,
    config,
  )
  refuseOtherValues(file.path, (key) => file.metadata.get(key), required)
  return withGgufRope(config, model, { isPartial: true })
}

function writeGguf(config: TransformerConfig): GgufDescription {
  const rope = ggufRope('phi3', config, ['longrope'])
  return {
    architecture: 'phi3',
    metadata: {
      ...ggufEntries('phi3', ggufNormEps, config),
      ...rope.metadata,
      'phi3.attention.sliding_window': { type: 'uint32', value: config.slidingWindow ?? 0 },
    },
    tensors: rope.tensors,
  }
}
