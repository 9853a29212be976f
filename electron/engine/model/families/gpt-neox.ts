/**
 * GPT-NeoX (Black et al. 2022) and Pythia: LayerNorm, attention and MLP side by side or one after the other, a part of
 * each head rotated, an MLP with GELU, and one projection whose rows are each head's queries, keys and values.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import { UserError } from '../../../contract/errors.ts'
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
import { activationNames, activationOf, specialTokens, tokenKeys } from './huggingface.ts'
import { type LinearSize, layerNormParameters, linearParameters, table } from './parameters.ts'
import { ggufRope, withGgufRope } from './rope-gguf.ts'
import { partialRopeSettings, ropeScalingJson } from './rope-json.ts'

const embedding = 'gpt_neox.embed_in'
const finalNorm = 'gpt_neox.final_layer_norm'
const linearLayout = 'out-in'
const ggufNormEps = 'attention.layer_norm_epsilon'

export const gptNeox: Family = {
  parameters,
  embedding: `${embedding}.weight`,
  outputMatrix: 'embed_out.weight',
  layerPrefix: (n) => `gpt_neox.layers.${n}.`,
  linearLayout,
  contradictions: ({ numHeads, numKvHeads, headDim, hiddenSize, ...biases }) =>
    contradictionsIn([
      [
        numHeads * headDim === hiddenSize,
        'hiddenSize',
        `${hiddenSize} is not a multiple of ${numHeads} heads`,
      ],
      [numKvHeads === numHeads, 'numKvHeads', 'GPT-NeoX has one for each head'],
      [biases.mlpBias, 'mlpBias', 'the MLPs of GPT-NeoX have biases'],
      [
        biases.attentionBias === biases.attentionOutBias,
        'attentionOutBias',
        'GPT-NeoX has all biases of attention or none',
      ],
    ]),
  hiddenStates,
  activationsPerToken: (config, length) => layerActivations(config, length),
  huggingFace: {
    architectures: ['gpt_neox'],
    basePrefix: 'gpt_neox.',
    classification: { tokenHead: 'classifier' },
    computedTables: /(^|\.)attention\.((masked_)?bias|rotary_emb\.inv_freq)$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: {
    architectures: ['gptneox'],
    interleavedArchitectures: [],
    otherTensors: [],
    read: readGguf,
    complete: completeGguf,
    write: writeGguf,
  },
}

function parameters(config: TransformerConfig): FamilyParameters {
  const { vocabSize, hiddenSize: c, intermediateSize: i, attentionBias, attentionOutBias } = config
  const linear = (name: string, ggufName: string, size: LinearSize) =>
    linearParameters([name, ggufName], linearLayout, size)
  const joined = linear('attention.query_key_value', 'attn_qkv', {
    input: c,
    output: 3 * c,
    bias: attentionBias,
  })
  return {
    beforeLayers: [table([embedding, 'token_embd'], 'vocabulary', [vocabSize, c])],
    layer: [
      ...layerNormParameters(['input_layernorm', 'attn_norm'], c),
      ...joined.map((parameter) => ({ ...parameter, isJoinedByHead: true })),
      ...linear('attention.dense', 'attn_output', {
        input: c,
        output: c,
        bias: attentionOutBias,
        writesResidual: true,
      }),
      ...layerNormParameters(['post_attention_layernorm', 'ffn_norm'], c),
      ...linear('mlp.dense_h_to_4h', 'ffn_up', { input: c, output: i, bias: true }),
      ...linear('mlp.dense_4h_to_h', 'ffn_down', { input: i, output: c, bias: true, writesResidual: true }),
    ],
    afterLayers: layerNormParameters([finalNorm, 'output_norm'], c),
  }
}

function hiddenStates(blocks: Blocks, pass: ForwardPass): Tensor {
  const { tf, activated, attentionBiases, embedRows, layerNorm, linear, rotationAt, throughLayers } = blocks
  const { config, weights, batch } = pass
  const { normEps, activation, parallelResidual } = config
  const shared = { ...attentionBiases(pass), ...rotationAt(rotaryOf(config), batch.positions) }
  const embedded = embedRows(weights(`${embedding}.weight`), batch.ids) // (B*T, C)
  const x = throughLayers(pass, embedded, shared, (w, before, at) => {
    const attended = tf.add(
      before,
      attention(blocks, w, layerNorm(before, w, 'input_layernorm', normEps), at),
    )
    const normed = layerNorm(parallelResidual ? before : attended, w, 'post_attention_layernorm', normEps)
    const widened = activated(linear(normed, w, 'mlp.dense_h_to_4h', true), activation)
    return tf.add(attended, linear(widened, w, 'mlp.dense_4h_to_h', true))
  })
  return layerNorm(x, weights, finalNorm, normEps)
}

/** x (B*T, C) to the same */
function attention(
  { tf, attend, linear, rotate, splitHeads }: Blocks,
  w: Weights,
  x: Tensor,
  at: LayerContext<AttentionBiases & Rotation>,
): Tensor {
  const { numHeads, attentionBias, attentionOutBias } = at.config
  const joined = splitHeads(linear(x, w, 'attention.query_key_value', attentionBias), at.ids, numHeads) // (B, NH, T, 3H)
  const [queries, keys, values] = tf.split(joined, 3, -1) as [Tensor, Tensor, Tensor]
  const heads = { queries: rotate(queries, at.shared), keys: rotate(keys, at.shared), values }
  return linear(attend(heads, at), w, 'attention.dense', attentionOutBias)
}

const huggingFaceKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numLayers: 'num_hidden_layers',
  numHeads: 'num_attention_heads',
  maxPositions: 'max_position_embeddings',
  normEps: 'layer_norm_eps',
  ropeTheta: 'rotary_emb_base',
  ropeScaling: 'rope_scaling',
  partialRotary: 'rotary_pct',
  attentionBias: 'attention_bias',
  parallelResidual: 'use_parallel_residual',
  tiedEmbeddings: 'tie_word_embeddings',
  activation: 'hidden_act',
  ...tokenKeys,
} as const satisfies KeyNames

function readHuggingFace(source: HuggingFaceConfig): ConfigCandidate {
  const { json, file } = source
  refuseOtherValues(file, (key) => json[key], { quantization_config: null })
  const attentionBias = json.attention_bias ?? true
  const values = {
    ...usualSettings,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    numLayers: json.num_hidden_layers,
    numHeads: json.num_attention_heads,
    numKvHeads: json.num_attention_heads,
    headDim: Math.floor(Number(json.hidden_size) / Number(json.num_attention_heads)),
    maxPositions: json.max_position_embeddings ?? 2048,
    normEps: json.layer_norm_eps ?? 1e-5,
    ...neoxRopeSettings(source),
    attentionBias,
    attentionOutBias: attentionBias,
    mlpBias: true,
    parallelResidual: json.use_parallel_residual ?? true,
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    activation: activationOf(json.hidden_act ?? 'gelu'),
    ...specialTokens(json, { bos: 0, eos: 2 }),
  }
  return { values, keys: huggingFaceKeys }
}

/** Its configurations have other names for two keys; `rope_parameters` of transformers 5 comes first. */
function neoxRopeSettings({ json, ...source }: HuggingFaceConfig) {
  const { rotary_emb_base: rope_theta, rotary_pct: partial_rotary_factor = 0.25 } = json
  return partialRopeSettings({ ...source, json: { ...json, rope_theta, partial_rotary_factor } })
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'gpt_neox',
    architectures: ['GPTNeoXForCausalLM'],
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    max_position_embeddings: config.maxPositions,
    layer_norm_eps: config.normEps,
    rotary_emb_base: config.ropeTheta,
    rotary_pct: config.partialRotary,
    rope_scaling: ropeScalingJson(config.ropeScaling),
    attention_bias: config.attentionBias,
    use_parallel_residual: config.parallelResidual,
    hidden_act: activationNames[config.activation],
  }
}

function readGguf(model: GgufModel): ConfigCandidate {
  const keys = {
    ...ggufKeys(model.architecture, ggufNormEps),
    parallelResidual: `${model.architecture}.use_parallel_residual`,
  }
  const { metadata, tensors } = model.file
  const values = {
    ...usualSettings,
    ...ggufSettings(model, keys),
    ropeScaling: null,
    attentionBias: tensors.has('blk.0.attn_qkv.bias'),
    attentionOutBias: tensors.has('blk.0.attn_output.bias'),
    mlpBias: true,
    parallelResidual: metadata.get(keys.parallelResidual) ?? true,
    activation: 'gelu',
  }
  return { values, keys }
}

function completeGguf(config: TransformerConfig, model: GgufModel): TransformerConfig {
  const { file, architecture } = model
  refuseOtherValues(file.path, (key) => file.metadata.get(key), requiredGgufValues(architecture, config))
  return withGgufRope(config, model, { isPartial: true })
}

function writeGguf(config: TransformerConfig): GgufDescription {
  if (config.activation !== 'gelu') {
    const message = `llama.cpp computes gelu for GPT-NeoX, not this model's ${config.activation}. Export it as a Hugging Face folder instead.`
    throw new UserError('bad_input', message)
  }
  const rope = ggufRope('gptneox', config, ['linear', 'dynamic', 'yarn'])
  return {
    architecture: 'gptneox',
    metadata: {
      ...ggufEntries('gptneox', ggufNormEps, config),
      ...rope.metadata,
      'gptneox.use_parallel_residual': { type: 'bool', value: config.parallelResidual },
    },
    tensors: rope.tensors,
  }
}
