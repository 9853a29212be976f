/**
 * GPT-Neo (Black et al. 2021) and TinyStories: as GPT-2, with separate projections that are (out, in), scores that are
 * not divided by the size of a head, and layers that see only the last positions.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import type { AttentionBiases } from '../blocks/attention-bias.ts'
import type { ForwardPass, LayerContext } from '../blocks/forward-pass.ts'
import {
  type ConfigCandidate,
  contradictionsIn,
  type KeyNames,
  maxLayers,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { Weights } from '../weights.ts'
import { layerActivations } from './activations.ts'
import type { Blocks, Family, FamilyParameters, HuggingFaceConfig, Json } from './family.ts'
import { noGgufForm } from './gguf.ts'
import { activationNames, activationOf, defaultRopeTheta, specialTokens, tokenKeys } from './huggingface.ts'
import { type LinearSize, layerNormParameters, linearParameters, table } from './parameters.ts'

const embedding = 'transformer.wte'
const positionTable = 'transformer.wpe'
const finalNorm = 'transformer.ln_f'
const linearLayout = 'out-in'

/** Settings that all its models have. */
const fixedSettings = {
  ...usualSettings,
  attentionScale: 1,
  ropeTheta: defaultRopeTheta,
  ropeScaling: null,
  attentionBias: false,
  attentionOutBias: true,
  mlpBias: true,
}

export const gptNeo: Family = {
  parameters,
  embedding: `${embedding}.weight`,
  outputMatrix: 'lm_head.weight',
  layerPrefix: (n) => `transformer.h.${n}.`,
  linearLayout,
  contradictions: ({ numHeads, numKvHeads, headDim, hiddenSize, attentionScale, ...biases }) =>
    contradictionsIn([
      [
        numHeads * headDim === hiddenSize,
        'hiddenSize',
        `${hiddenSize} is not a multiple of ${numHeads} heads`,
      ],
      [numKvHeads === numHeads, 'numKvHeads', 'GPT-Neo has one for each head'],
      [!biases.attentionBias, 'attentionBias', 'GPT-Neo has none on queries, keys and values'],
      [biases.attentionOutBias && biases.mlpBias, 'mlpBias', 'GPT-Neo has every other bias'],
      [attentionScale === 1, 'attentionScale', 'GPT-Neo does not scale'],
    ]),
  hiddenStates,
  activationsPerToken: (config, length) => layerActivations(config, length),
  huggingFace: {
    architectures: ['gpt_neo'],
    basePrefix: 'transformer.',
    classification: { tokenHead: 'classifier' },
    computedTables: /(^|\.)h\.\d+\.attn\.attention\.(masked_)?bias$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: noGgufForm('GPT-Neo'),
}

function parameters(config: TransformerConfig): FamilyParameters {
  const { vocabSize, hiddenSize: c, intermediateSize: i, maxPositions } = config
  const linear = (name: string, ggufName: string, size: LinearSize) =>
    linearParameters([name, ggufName], linearLayout, size)
  const square = { input: c, output: c }
  return {
    beforeLayers: [
      table([embedding, 'token_embd'], 'vocabulary', [vocabSize, c]),
      table([positionTable, 'position_embd'], 'positions', [maxPositions, c]),
    ],
    layer: [
      ...layerNormParameters(['ln_1', 'attn_norm'], c),
      ...linear('attn.attention.k_proj', 'attn_k', { ...square, bias: false }),
      ...linear('attn.attention.v_proj', 'attn_v', { ...square, bias: false }),
      ...linear('attn.attention.q_proj', 'attn_q', { ...square, bias: false }),
      ...linear('attn.attention.out_proj', 'attn_output', { ...square, bias: true, writesResidual: true }),
      ...layerNormParameters(['ln_2', 'ffn_norm'], c),
      ...linear('mlp.c_fc', 'ffn_up', { input: c, output: i, bias: true }),
      ...linear('mlp.c_proj', 'ffn_down', { input: i, output: c, bias: true, writesResidual: true }),
    ],
    afterLayers: layerNormParameters([finalNorm, 'output_norm'], c),
  }
}

function hiddenStates(blocks: Blocks, pass: ForwardPass): Tensor {
  const { tf, activated, attentionBiases, embedRows, layerNorm, linear, throughLayers } = blocks
  const { config, weights, batch } = pass
  const { normEps, activation } = config
  const tokens = embedRows(weights(`${embedding}.weight`), batch.ids) // (B*T, C)
  const placed = tf.add(tokens, embedRows(weights(`${positionTable}.weight`), batch.positions))
  const x = throughLayers(pass, placed, attentionBiases(pass), (w, before, at) => {
    const attended = tf.add(before, attention(blocks, w, layerNorm(before, w, 'ln_1', normEps), at))
    const normed = layerNorm(attended, w, 'ln_2', normEps)
    const widened = activated(linear(normed, w, 'mlp.c_fc', true), activation)
    return tf.add(attended, linear(widened, w, 'mlp.c_proj', true))
  })
  return layerNorm(x, weights, finalNorm, normEps)
}

/** x (B*T, C) to the same */
function attention(
  { attend, linear, linears, splitHeads }: Blocks,
  w: Weights,
  x: Tensor,
  at: LayerContext<AttentionBiases>,
): Tensor {
  const names = ['attn.attention.q_proj', 'attn.attention.k_proj', 'attn.attention.v_proj'] as const
  const [queries, keys, values] = linears(x, w, names, false)
  const heads = (projected: Tensor) => splitHeads(projected, at.ids, at.config.numHeads)
  const mixed = attend({ queries: heads(queries), keys: heads(keys), values: heads(values) }, at)
  return linear(mixed, w, 'attn.attention.out_proj', true)
}

const huggingFaceKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numLayers: 'num_layers',
  numHeads: 'num_heads',
  maxPositions: 'max_position_embeddings',
  normEps: 'layer_norm_epsilon',
  slidingWindow: 'window_size',
  localLayers: 'attention_types',
  tiedEmbeddings: 'tie_word_embeddings',
  activation: 'activation_function',
  ...tokenKeys,
} as const satisfies KeyNames

/** What `window_size` is if a configuration lacks it. */
const usualWindow = 256

function readHuggingFace({ json, file }: HuggingFaceConfig): ConfigCandidate {
  refuseOtherValues(file, (key) => json[key], { quantization_config: null })
  const { hidden_size: hiddenSize, num_heads: numHeads } = json
  const localLayers = localLayersOf(json, file)
  const values = {
    ...fixedSettings,
    vocabSize: json.vocab_size,
    hiddenSize,
    intermediateSize: json.intermediate_size ?? 4 * Number(hiddenSize),
    numLayers: json.num_layers,
    numHeads,
    numKvHeads: numHeads,
    headDim: Math.floor(Number(hiddenSize) / Number(numHeads)),
    maxPositions: json.max_position_embeddings ?? 2048,
    normEps: json.layer_norm_epsilon ?? 1e-5,
    slidingWindow: localLayers.length > 0 ? (json.window_size ?? usualWindow) : null,
    localLayers,
    tiedEmbeddings: json.tie_word_embeddings ?? true,
    activation: activationOf(json.activation_function ?? 'gelu_new'),
    ...specialTokens(json, { bos: 50256, eos: 50256 }),
  }
  return { values, keys: huggingFaceKeys }
}

/** The layers that are `local` in `attention_layers`, or else in `attention_types`. */
function localLayersOf(json: Json, file: string): number[] {
  const [key, layers] = json.attention_layers
    ? (['attention_layers', json.attention_layers] as const)
    : (['attention_types', expanded(json.attention_types ?? [[['global', 'local'], 12]])] as const)
  if (!isLayerList(layers) || layers.length !== json.num_layers) {
    const text = JSON.stringify(json[key])?.slice(0, 80)
    throw new UserError(
      'bad_input',
      `${file}: the key "${key}" is ${text}, which does not say "global" or "local" for each of the ${json.num_layers} layers.`,
    )
  }
  return [...layers.keys()].filter((layer) => layers[layer] === 'local')
}

const typesSchema = z
  .array(z.tuple([z.array(z.string()), z.int().positive()]))
  .refine((types) => types.reduce((sum, [pattern, times]) => sum + pattern.length * times, 0) <= maxLayers)

/** `[[["global", "local"], 12]]` says both in turn, twelve times. */
function expanded(types: unknown): unknown {
  const parsed = typesSchema.safeParse(types)
  if (!parsed.success) return types
  return parsed.data.flatMap(([pattern, times]) => Array.from({ length: times }, () => pattern).flat())
}

function isLayerList(layers: unknown): layers is string[] {
  return Array.isArray(layers) && layers.every((layer) => layer === 'global' || layer === 'local')
}

function writeHuggingFace(config: TransformerConfig): Json {
  const layers = Array.from({ length: config.numLayers }, (_, layer) =>
    config.localLayers.includes(layer) ? 'local' : 'global',
  )
  return {
    model_type: 'gpt_neo',
    architectures: ['GPTNeoForCausalLM'],
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_layers: config.numLayers,
    num_heads: config.numHeads,
    max_position_embeddings: config.maxPositions,
    layer_norm_epsilon: config.normEps,
    window_size: config.slidingWindow ?? usualWindow,
    attention_types: [[layers, 1]],
    attention_layers: layers,
    activation_function: activationNames[config.activation],
  }
}
