/**
 * GPT-2 (Radford et al. 2019): LayerNorm, learnt positions, one projection for queries, keys and values, an MLP with
 * GELU, biases everywhere, and matrices that are (in, out).
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { AttentionBiases } from '../blocks/attention-bias.ts'
import type { ForwardPass, LayerContext } from '../blocks/forward-pass.ts'
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
import type { Blocks, Family, FamilyParameters, GgufModel, HuggingFaceConfig, Json } from './family.ts'
import { ggufEntries, ggufKeys, ggufSettings, requiredGgufValues } from './gguf.ts'
import { activationOf, defaultRopeTheta, specialTokens, tokenKeys } from './huggingface.ts'
import { type LinearSize, layerNormParameters, linearParameters, table } from './parameters.ts'

const embedding = 'transformer.wte'
const positionTable = 'transformer.wpe'
const finalNorm = 'transformer.ln_f'
const linearLayout = 'in-out'
const ggufNormEps = 'attention.layer_norm_epsilon'

/** Settings that all its models have. */
const fixedSettings = {
  ...usualSettings,
  ropeTheta: defaultRopeTheta,
  ropeScaling: null,
  attentionBias: true,
  attentionOutBias: true,
  mlpBias: true,
}

export const gpt2: Family = {
  parameters,
  embedding: `${embedding}.weight`,
  outputMatrix: 'lm_head.weight',
  layerPrefix: (n) => `transformer.h.${n}.`,
  linearLayout,
  contradictions: ({ numHeads, numKvHeads, headDim, hiddenSize, activation, ...biases }) => {
    const hasAllBiases = biases.attentionBias && biases.attentionOutBias && biases.mlpBias
    return contradictionsIn([
      [
        numHeads * headDim === hiddenSize,
        'hiddenSize',
        `${hiddenSize} is not a multiple of ${numHeads} heads`,
      ],
      [numKvHeads === numHeads, 'numKvHeads', 'GPT-2 has one for each head'],
      [hasAllBiases, 'mlpBias', 'GPT-2 has every bias'],
      [activation === 'gelu_tanh', 'activation', `${activation} is not GPT-2's gelu_tanh`],
    ])
  },
  hiddenStates,
  activationsPerToken: (config, length) => layerActivations(config, length),
  huggingFace: {
    architectures: ['gpt2'],
    basePrefix: 'transformer.',
    classification: { tokenHead: 'classifier' },
    computedTables: /(^|\.)h\.\d+\.attn\.(masked_)?bias$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: {
    architectures: ['gpt2'],
    interleavedArchitectures: [],
    otherTensors: [],
    read: readGguf,
    complete: completeGguf,
    write: (config) => ({
      architecture: 'gpt2',
      metadata: ggufEntries('gpt2', ggufNormEps, config),
      tensors: [],
    }),
  },
}

function parameters({
  vocabSize,
  hiddenSize: c,
  intermediateSize: i,
  maxPositions,
}: TransformerConfig): FamilyParameters {
  const linear = (name: string, ggufName: string, size: Omit<LinearSize, 'bias'>) =>
    linearParameters([name, ggufName], linearLayout, { ...size, bias: true })
  return {
    beforeLayers: [
      table([embedding, 'token_embd'], 'vocabulary', [vocabSize, c]),
      table([positionTable, 'position_embd'], 'positions', [maxPositions, c]),
    ],
    layer: [
      ...layerNormParameters(['ln_1', 'attn_norm'], c),
      ...linear('attn.c_attn', 'attn_qkv', { input: c, output: 3 * c }),
      ...linear('attn.c_proj', 'attn_output', { input: c, output: c, writesResidual: true }),
      ...layerNormParameters(['ln_2', 'ffn_norm'], c),
      ...linear('mlp.c_fc', 'ffn_up', { input: c, output: i }),
      ...linear('mlp.c_proj', 'ffn_down', { input: i, output: c, writesResidual: true }),
    ],
    afterLayers: layerNormParameters([finalNorm, 'output_norm'], c),
  }
}

function hiddenStates(blocks: Blocks, pass: ForwardPass): Tensor {
  const { tf, activated, attentionBiases, conv1d, embedRows, layerNorm, throughLayers } = blocks
  const { config, weights, batch } = pass
  const { normEps, activation } = config
  const tokens = embedRows(weights(`${embedding}.weight`), batch.ids) // (B*T, C)
  const placed = tf.add(tokens, embedRows(weights(`${positionTable}.weight`), batch.positions))
  const x = throughLayers(pass, placed, attentionBiases(pass), (w, before, at) => {
    const attended = tf.add(before, attention(blocks, w, layerNorm(before, w, 'ln_1', normEps), at))
    const widened = activated(conv1d(layerNorm(attended, w, 'ln_2', normEps), w, 'mlp.c_fc'), activation)
    return tf.add(attended, conv1d(widened, w, 'mlp.c_proj'))
  })
  return layerNorm(x, weights, finalNorm, normEps)
}

/** x (B*T, C) to the same */
function attention(
  { tf, attend, conv1d, splitHeads }: Blocks,
  w: Weights,
  x: Tensor,
  at: LayerContext<AttentionBiases>,
): Tensor {
  const [queries, keys, values] = tf
    .split(conv1d(x, w, 'attn.c_attn'), 3, 1)
    .map((part) => splitHeads(part, at.ids, at.config.numHeads))
  return conv1d(attend({ queries: queries!, keys: keys!, values: values! }, at), w, 'attn.c_proj')
}

const huggingFaceKeys = {
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

function readHuggingFace({ json, file }: HuggingFaceConfig): ConfigCandidate {
  refuseOtherValues(file, (key) => json[key], {
    add_cross_attention: false,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    quantization_config: null,
  })
  const { n_embd: hiddenSize, n_head: numHeads } = json
  const values = {
    ...fixedSettings,
    vocabSize: json.vocab_size,
    hiddenSize,
    intermediateSize: json.n_inner ?? 4 * Number(hiddenSize),
    numLayers: json.n_layer,
    numHeads,
    numKvHeads: numHeads,
    headDim: Math.floor(Number(hiddenSize) / Number(numHeads)),
    maxPositions: json.n_positions,
    normEps: json.layer_norm_epsilon ?? 1e-5,
    tiedEmbeddings: json.tie_word_embeddings ?? true,
    activation: activationOf(json.activation_function ?? 'gelu_new'),
    ...specialTokens(json, { bos: 50256, eos: 50256 }),
  }
  return { values, keys: huggingFaceKeys }
}

function writeHuggingFace(config: TransformerConfig): Json {
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

function readGguf(model: GgufModel): ConfigCandidate {
  const keys = ggufKeys(model.architecture, ggufNormEps)
  return { values: { ...ggufSettings(model, keys), ...fixedSettings, activation: 'gelu_tanh' }, keys }
}

function completeGguf(config: TransformerConfig, { file, architecture }: GgufModel): TransformerConfig {
  refuseOtherValues(file.path, (key) => file.metadata.get(key), requiredGgufValues(architecture, config))
  return config
}
